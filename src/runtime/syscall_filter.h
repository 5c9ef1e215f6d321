#pragma once
#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "base/result.h"

namespace glowplug::runtime {

/// Over which a child that was forked ahead is told to serve; an instance may close it.
inline constexpr int kWordDescriptor = 6;

/// The few system calls that an instance needs to run a model and to serve its ring: memory that
/// is not executable, its doorbells, locks and clocks. Any other one kills the process (SIGSYS).
/// Made once, in the template (0.7 ms); installed in each instance (0.07 ms).
class SyscallFilter {
 public:
  /// Errors: unimplemented (the kernel or the machine's architecture is not supported).
  [[nodiscard]] static Result<SyscallFilter> create();
  /// For instances that run code of the user's own: files, threads and clocks too, but no sockets,
  /// no processes, no programs, no signals to others. What is missing fails with EPERM, so that
  /// the code can say so.
  [[nodiscard]] static Result<SyscallFilter> create_for_code();
  /// For a template while it loads such code and as long as it lives: it may fork, and speak on the
  /// sockets that it has. Errors as above.
  [[nodiscard]] static Result<SyscallFilter> create_for_loading();
  /// For good, for this thread and what it starts. Needs no-new-privileges. Errors: unimplemented.
  [[nodiscard]] Result<void> install() const;
  [[nodiscard]] std::size_t instructions() const { return program_.size(); }

 private:
  [[nodiscard]] static Result<SyscallFilter> make(std::uint32_t otherwise,
                                                  int (*add_rules)(void* context));
  explicit SyscallFilter(std::vector<sock_filter> program) : program_(std::move(program)) {}
  std::vector<sock_filter> program_;
};

}  // namespace glowplug::runtime
