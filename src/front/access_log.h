#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "model/infer_request.h"

namespace glowplug::front {

/// What one line of the access log says. Views need to live only for the call.
struct AccessRecord {
  std::string_view method{}, target{}, peer{}, function{}, version{}, request_id{}, error{};
  int status = 0;
  std::size_t received_bytes = 0;
  std::size_t sent_bytes = 0;
  Duration duration{0};
  const PhaseTiming* timing = nullptr;  ///< of an inference, else null
  std::int64_t rows = 0;
  std::int64_t batch_rows = 0;
};

/// Structured access log: one JSON object a line. Lines are collected and handed to `sink` by
/// `flush`, once a pass of the loop, so that a request costs no system call. On the loop's thread.
class AccessLog {
 public:
  using Sink = std::function<void(std::string_view lines)>;
  /// Without a sink nothing is written.
  explicit AccessLog(Sink sink) : sink_(std::move(sink)) {}
  void write(const AccessRecord& record);
  void flush();

 private:
  void append_time();

  Sink sink_;
  std::string lines_;
  std::int64_t second_ = -1;  // of the time text below: made once a second
  std::string second_text_;
};

}  // namespace glowplug::front
