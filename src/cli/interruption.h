#pragma once
#include <atomic>
#include <thread>

#include "base/fd.h"
#include "base/result.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/output.h"

namespace glowplug::cli {

/// Ctrl-C during long work. The first SIGINT or SIGTERM kills the children of this process, so that
/// the work fails and cleans up after itself on the way out; work of the process itself that goes
/// on ends with the process after 3 seconds, and a second signal ends it at once. While it lives
/// both signals are blocked in this thread and those that it starts.
class Interruption {
 public:
  explicit Interruption(const Output& output);
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  [[nodiscard]] bool happened() const { return happened_; }
  /// `failure`, or "interrupted" with exit code 130 when that is why it failed.
  [[nodiscard]] Failure explain(Failure failure, std::string_view what_remains) const;

 private:
  void watch();
  const Output& output_;
  UniqueFd signals_;
  UniqueFd ending_;
  std::atomic<bool> happened_ = false;
  std::thread thread_;
};

}  // namespace glowplug::cli
