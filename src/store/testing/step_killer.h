#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace glowplug::store::testing {

/// How a child that was perhaps killed came to its end.
struct Killed {
  bool finished = false;   ///< it came to its end by itself before step `step`
  std::string reported;    ///< what it wrote by `report` until then
  std::uint64_t step = 0;  ///< the step before which it was killed, or how many it took
};

/// Runs `work` in a forked child and kills it with SIGKILL before its `step`-th system call that
/// can change a file, a folder or a lock (openat, write, rename, fsync, flock, unlink …), counted
/// from 1. Steps are observed by ptrace, so the code under test has no hooks for this, and SQLite's
/// steps count too. `work` gets `report`, which tells the parent what was acknowledged.
/// The process must have one thread.
[[nodiscard]] Killed run_and_kill_before(
    std::uint64_t step, const std::function<void(const std::function<void(char)>& report)>& work);

}  // namespace glowplug::store::testing
