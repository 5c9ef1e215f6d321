#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>

namespace glowplug::instances {

/// The proportional set size of a process: its pages, those shared divided by the number of their
/// users. From /proc/PID/smaps_rollup; where that may not be read, the resident set of
/// /proc/PID/statm; 0 when the process is gone. Costs up to some ms for a large process: for the
/// keeper's thread.
[[nodiscard]] std::uint64_t pss_of(pid_t pid, const std::filesystem::path& proc = "/proc");

/// The same if `pid` is a child of `parent`, else 0: its number was told by who is not trusted.
[[nodiscard]] std::uint64_t pss_of_child(pid_t pid, pid_t parent,
                                         const std::filesystem::path& proc = "/proc");

}  // namespace glowplug::instances
