#include "front/access_log.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

namespace glowplug::front {
namespace {

constexpr std::size_t kFlushBytes = std::size_t{64} * 1024;

/// Appends a JSON string. Bytes that are no ASCII are taken as they are when they are UTF-8 by the
/// front's checks of targets and ids.
void append_quoted(std::string& to, std::string_view text) {
  to += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      to += '\\';
      to += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", byte);
    } else {
      to += c;
    }
  }
  to += '"';
}

void append_text(std::string& to, std::string_view key, std::string_view text) {
  if (text.empty()) return;
  fmt::format_to(std::back_inserter(to), ",\"{}\":", key);
  append_quoted(to, text);
}

double ms(Duration duration) { return static_cast<double>(duration.count()) / 1e6; }

}  // namespace

void AccessLog::write(const AccessRecord& record) {
  if (!sink_) return;
  const auto now =
      std::chrono::floor<milliseconds>(std::chrono::system_clock::now()).time_since_epoch();
  if (const auto second = now.count() / 1000; second != second_) {
    second_ = second;
    second_text_ =
        fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(static_cast<std::time_t>(second)));
  }
  auto out = std::back_inserter(lines_);
  fmt::format_to(out, R"({{"time":"{}.{:03}Z","level":"info","event":"request","method":)",
                 second_text_, now.count() % 1000);
  append_quoted(lines_, record.method);
  append_text(lines_, "target", record.target);
  fmt::format_to(out, ",\"status\":{}", record.status);
  append_text(lines_, "function", record.function);
  append_text(lines_, "version", record.version);
  append_text(lines_, "request_id", record.request_id);
  append_text(lines_, "peer", record.peer);
  fmt::format_to(out, ",\"received_bytes\":{},\"sent_bytes\":{},\"duration_ms\":{:.3f}",
                 record.received_bytes, record.sent_bytes, ms(record.duration));
  if (record.timing != nullptr) {
    const PhaseTiming& timing = *record.timing;
    fmt::format_to(
        out, ",\"rows\":{},\"batch_rows\":{},\"queue_ms\":{:.3f},\"run_ms\":{:.3f},\"cold\":{}",
        record.rows, record.batch_rows, ms(timing.queue), ms(timing.instance.run), timing.cold);
    if (timing.cold) fmt::format_to(out, ",\"start_ms\":{:.3f}", ms(timing.start));
    if (timing.fetch > nanoseconds(0))
      fmt::format_to(out, ",\"fetch_ms\":{:.3f}", ms(timing.fetch));
  }
  append_text(lines_, "error", record.error);
  lines_ += "}\n";
  if (lines_.size() >= kFlushBytes) flush();
}

void AccessLog::flush() {
  if (lines_.empty() || !sink_) return;
  sink_(lines_);
  lines_.clear();
}

}  // namespace glowplug::front
