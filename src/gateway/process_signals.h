#pragma once
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigset_t is POSIX

#include <functional>

#include "base/fd.h"
#include "base/loop.h"
#include "base/result.h"

namespace glowplug::gateway {

/// SIGTERM, SIGINT and SIGHUP as events of a loop; SIGPIPE is ignored. Made before any thread, so
/// that all of them inherit the mask; the old mask comes back when it is destroyed.
class ProcessSignals {
 public:
  [[nodiscard]] static Result<ProcessSignals> block();
  ProcessSignals(ProcessSignals&& other) noexcept;
  ProcessSignals& operator=(ProcessSignals&&) = delete;
  ~ProcessSignals();

  /// Calls `on_signal` with the number of each that comes. *this stays in place from now on.
  void watch(Loop& loop, std::function<void(int number)> on_signal);
  /// Ends the watch: before the loop goes.
  void unwatch() { watch_.reset(); }

 private:
  ProcessSignals(UniqueFd fd, const sigset_t& before) : fd_(std::move(fd)), before_(before) {}
  void read_all();

  UniqueFd fd_;
  sigset_t before_{};
  std::function<void(int)> on_signal_;
  Loop::Handle watch_;
};

}  // namespace glowplug::gateway
