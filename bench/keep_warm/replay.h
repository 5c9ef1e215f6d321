#pragma once
#include <cstdint>
#include <vector>

#include "policy.h"
#include "trace.h"

namespace glowplug::bench {

struct ReplayOptions {
  Duration idle_timeout = seconds(60);  ///< after its last run a function's instances leave
  Duration wake = std::chrono::microseconds(1500);  ///< what a fork from a template adds
};

/// What came of a trace under a policy.
struct Outcome {
  std::uint64_t invocations = 0;
  std::uint64_t wakes = 0;        ///< found no instance
  std::uint64_t cold_starts = 0;  ///< of those: and no template
  Duration waited{0};             ///< added by starts, all invocations together
  Duration worst{0};
  double p99_of_wakes_ms = 0;  ///< what a wake adds
  double mean_of_wakes_ms = 0;
  double memory_time_gib_hours = 0;  ///< of templates, idle or at work
  std::uint64_t evictions = 0;
};

/// Plays the trace: an invocation of a function without instances forks one from its template,
/// which is started first if there is none. Once `idle_timeout` has passed after its last run the
/// template is idle and the policy's.
[[nodiscard]] Outcome replay(const Trace& trace, Policy& policy, const ReplayOptions& options);

}  // namespace glowplug::bench
