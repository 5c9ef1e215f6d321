#pragma once
#include <cstdint>

namespace glowplug::observe {

/// Figures of this process, as the client libraries of Prometheus name them (process_*).
struct ProcessStats {
  double start_time_seconds = 0;  ///< since the epoch
  double cpu_seconds = 0;         ///< user and system
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_fds = 0;
  std::uint64_t max_fds = 0;
};

/// Reads /proc/self; what cannot be read stays 0.
[[nodiscard]] ProcessStats read_process_stats();

}  // namespace glowplug::observe
