#include "base/log.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cmath>
#include <memory>

#include "base/json.h"
#include "base/line_writer.h"

namespace glowplug {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warning", "error"};

std::string plain(const LogField& field, bool quoted) {
  struct Visitor {
    bool quoted;
    std::string operator()(std::string_view text) const {
      return quoted ? quote_json(text) : std::string(text);
    }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const {
      return std::isfinite(number) ? fmt::format("{:.6g}", number) : "null";
    }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
  };
  return std::visit(Visitor{quoted}, field.value);
}

}  // namespace

std::string_view name_of(LogLevel level) { return kNames.at(static_cast<std::size_t>(level)); }

std::optional<LogLevel> log_level_named(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames.at(i) == name) return static_cast<LogLevel>(i);
  }
  return std::nullopt;
}

Log::Log(Format format, LogLevel least, Sink sink)
    : format_(format), least_(least), sink_(std::move(sink)) {}
Log::Log(Log&& other) noexcept
    : format_(other.format_), least_(other.least_), sink_(std::move(other.sink_)) {}

Log Log::to_stderr(LogLevel least, std::optional<Format> format) {
  return to_descriptor(STDERR_FILENO, least, format);
}

Log Log::to_descriptor(int fd, LogLevel least, std::optional<Format> format) {
  const Format used = format.value_or(::isatty(fd) == 1 ? Format::text : Format::json);
  // Copied with the sink, which is called under the log's lock.
  return Log(used, least, [writer = std::make_shared<LineWriter>(fd)](std::string_view line) {
    writer->write(line);
  });
}

Log Log::none() { return Log(Format::json, LogLevel::error, nullptr); }

void Log::write(LogLevel level, std::string_view event, std::string_view message,
                std::initializer_list<LogField> fields) {
  if (!wants(level)) return;
  std::string line;
  if (format_ == Format::json) {
    line = fmt::format(R"({{"time":"{}","level":"{}","event":{},"message":{})", log_timestamp(),
                       name_of(level), quote_json(event), quote_json(message));
    for (const LogField& field : fields)
      line += fmt::format(",{}:{}", quote_json(field.key), plain(field, true));
    line += "}\n";
  } else {
    line = fmt::format("{} {:<7} {}", log_timestamp().substr(11, 12), name_of(level), message);
    for (const LogField& field : fields)
      line += fmt::format("  {}={}", field.key, plain(field, false));
    line += "\n";
  }
  const MutexLock lock(mutex_);
  sink_(line);
}

}  // namespace glowplug
