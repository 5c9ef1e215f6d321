#pragma once
#include <sys/types.h>

#include <functional>

namespace glowplug::store::testing {

/// Runs `work` in a forked child, which ends with what it returns as its exit code.
[[nodiscard]] pid_t start_child(const std::function<int()>& work);
/// Exit code, or 128 + the signal.
[[nodiscard]] int end_of(pid_t child);

}  // namespace glowplug::store::testing
