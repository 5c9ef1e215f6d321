#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace glowplug::bench {

/// A function of a trace: what its template costs.
struct TracedFunction {
  std::string name;
  std::uint64_t memory_bytes = 0;
  Duration start_cost{0};  ///< of its template, from nothing
};

struct Invocation {
  Duration at{0};  ///< from the begin of the trace
  std::uint32_t function = 0;
  Duration run{0};
};

struct Trace {
  std::vector<TracedFunction> functions;
  std::vector<Invocation> invocations;  ///< by time
  Duration length{0};
};

struct TraceShape {
  std::uint32_t functions = 300;
  Duration length = std::chrono::hours(72);
  std::uint64_t seed = 1;
};

/// Invocations as the published traces have them. From Azure Functions 2019 (Shahrad et al., USENIX
/// ATC 2020): 45 % of the functions are invoked at most once an hour, 36 % up to once a minute, the
/// others more, with a Zipf head; 16 % are timers (1, 5, 15 or 60 minutes, jitter 2 %), 24 %
/// Poisson, 60 % come in bursts; memory is Burr distributed (c = 11.652, k = 0.221, lambda =
/// 107.083 MB). From Azure Functions 2021: a day swings by 3.2. Start and run times follow the size
/// as ONNX models measured on one core do: 20 ms + 0.8 ms a MB and 0.5 ms a MB, each with a
/// log-normal factor.
///
/// The head ends at 7 a second: whoever is invoked more often than that never sleeps, so that more
/// would change neither starts nor memory. The same seed gives the same trace.
[[nodiscard]] Trace generate_trace(const TraceShape& shape);

/// A trace of one's own: CSV with a heading that has `time_s` and `function`, and perhaps `run_ms`,
/// `memory_mb` and `start_ms` (the first row of a function counts); or the file of Azure Functions
/// 2021, whose heading is `app,func,end_timestamp,duration`. What is not there is drawn as above.
/// Errors: not_found, invalid_argument with the line.
[[nodiscard]] Result<Trace> read_trace(const std::filesystem::path& file, std::uint64_t seed);

}  // namespace glowplug::bench
