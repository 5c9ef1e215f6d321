#pragma once
#include <filesystem>

namespace glowplug {

/// How many CPUs' time this process's cgroup and those above it let it have: `cpu.max` of cgroup
/// v2, `cpu.cfs_quota_us` by `cpu.cfs_period_us` of v1 (Linux,
/// Documentation/admin-guide/cgroup-v2.rst and scheduler/sched-bwc.rst). Infinity where none says
/// anything, or nothing can be read. `system` is the root of the file tree, for tests.
[[nodiscard]] double cpu_quota(const std::filesystem::path& system = "/");

/// Whether one thread may run all the time.
[[nodiscard]] bool has_whole_cpu();

}  // namespace glowplug
