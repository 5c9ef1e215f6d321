#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/mutex.h"

namespace glowplug {

enum class LogLevel { debug, info, warning, error };
[[nodiscard]] std::string_view name_of(LogLevel level);
[[nodiscard]] std::optional<LogLevel> log_level_named(std::string_view name);

/// One key and value of a log line. Names carry the unit: "duration_ms".
struct LogField {
  std::string_view key;
  std::variant<std::string_view, std::int64_t, double, bool> value;
};

/// Writes lines to a sink: one JSON object a line, or readable text. From any thread.
/// JSON: {"time":"2026-11-24T12:00:00.123Z","level":"info","event":"cold_start","message":"…",
/// fields…}.
class Log {
 public:
  enum class Format { json, text };
  using Sink = std::function<void(std::string_view line)>;  ///< gets the line with its newline;
                                                            ///< called under a lock

  Log(Format format, LogLevel least, Sink sink);
  /// JSON (or text when stderr is a terminal) to stderr, without waiting for who reads it
  /// (line_writer.h).
  static Log to_stderr(LogLevel least = LogLevel::info,
                       std::optional<Format> format = std::nullopt);
  /// The same to a descriptor, which stays the caller's and outlives the log.
  static Log to_descriptor(int fd, LogLevel least = LogLevel::info,
                           std::optional<Format> format = std::nullopt);
  /// Drops everything: for tests and for verbs without a log.
  static Log none();

  Log(Log&&) noexcept;
  /// `event` is a stable snake_case name for programs; `message` is for people.
  void write(LogLevel level, std::string_view event, std::string_view message,
             std::initializer_list<LogField> fields = {});
  void info(std::string_view event, std::string_view message,
            std::initializer_list<LogField> fields = {}) {
    write(LogLevel::info, event, message, fields);
  }
  void warning(std::string_view event, std::string_view message,
               std::initializer_list<LogField> fields = {}) {
    write(LogLevel::warning, event, message, fields);
  }
  void error(std::string_view event, std::string_view message,
             std::initializer_list<LogField> fields = {}) {
    write(LogLevel::error, event, message, fields);
  }
  [[nodiscard]] bool wants(LogLevel level) const { return level >= least_ && sink_ != nullptr; }

 private:
  Format format_;
  LogLevel least_;
  Mutex mutex_;
  Sink sink_;  // called under mutex_
};

}  // namespace glowplug
