#include "front/access_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/append.h"
#include "base/utc.h"

namespace glowplug::front {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{64} * 1024;

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\';
}

/// Appends a JSON string. Bytes that are no ASCII are taken as they are when they are UTF-8 by the
/// front's checks of targets and ids.
void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_plain) - text.begin());
    to += text.substr(0, plain);
    if (plain == text.size()) break;
    const char c = text[plain];
    if (c == '"' || c == '\\')
      to.append("\\").append(1, c);
    else
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned char>(c));
    text.remove_prefix(plain + 1);
  }
  to += '"';
}

void append_text(std::string& to, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  to += key;
  append_quoted(to, text);
}

void append_number(std::string& to, std::string_view key, std::int64_t value) {
  to += key;
  append_integer(to, value);
}

void append_duration(std::string& to, std::string_view key, Duration duration) {
  to += key;
  append_ms(to, duration);
}

void append_timing(std::string& to, const AccessRecord& record) {
  const PhaseTiming& timing = *record.timing;
  append_number(to, R"(,"rows":)", record.rows);
  append_number(to, R"(,"batch_rows":)", record.batch_rows);
  append_duration(to, R"(,"queue_ms":)", timing.queue);
  append_duration(to, R"(,"run_ms":)", timing.instance.run);
  to += timing.cold ? R"(,"cold":true)" : R"(,"cold":false)";
  if (timing.cold) append_duration(to, R"(,"start_ms":)", timing.start);
  if (timing.fetch > nanoseconds(0)) append_duration(to, R"(,"fetch_ms":)", timing.fetch);
}

}  // namespace

/// "2026-01-31T12:00:00.042Z"; the part with a second's precision is made once a second.
void AccessLog::append_time() {
  const auto now =
      std::chrono::floor<milliseconds>(std::chrono::system_clock::now()).time_since_epoch();
  if (const auto second = now.count() / 1000; second != second_) {
    second_ = second;
    second_text_ = fmt::format("{:%Y-%m-%dT%H:%M:%S}", utc_of(second));
  }
  const std::int64_t ms = now.count() % 1000;
  lines_ += second_text_;
  for (const char digit : {'.', static_cast<char>('0' + ms / 100),
                           static_cast<char>('0' + ms / 10 % 10), static_cast<char>('0' + ms % 10)})
    lines_ += digit;
  lines_ += 'Z';
}

void AccessLog::write(const AccessRecord& record) {
  if (!sink_) return;
  lines_ += R"({"time":")";
  append_time();
  lines_ += R"(","level":"info","event":"request","method":)";
  append_quoted(lines_, record.method);
  append_text(lines_, R"(,"target":)", record.target);
  append_number(lines_, R"(,"status":)", record.status);
  append_text(lines_, R"(,"function":)", record.function);
  append_text(lines_, R"(,"version":)", record.version);
  append_text(lines_, R"(,"request_id":)", record.request_id);
  append_text(lines_, R"(,"peer":)", record.peer);
  append_number(lines_, R"(,"received_bytes":)", static_cast<std::int64_t>(record.received_bytes));
  append_number(lines_, R"(,"sent_bytes":)", static_cast<std::int64_t>(record.sent_bytes));
  append_duration(lines_, R"(,"duration_ms":)", record.duration);
  if (record.timing != nullptr) append_timing(lines_, record);
  append_text(lines_, R"(,"error":)", record.error);
  lines_ += "}\n";
  if (lines_.size() >= kFlushBytes) flush();
}

void AccessLog::flush() {
  if (lines_.empty() || !sink_) return;
  sink_(lines_);
  lines_.clear();
}

}  // namespace glowplug::front
