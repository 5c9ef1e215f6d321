#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/infer_request.h"
#include "observe/series.h"

namespace glowplug::observe {

/// What can happen to a request in its queue; label `event` of glowplug_queue_events_total.
enum class QueueEvent { retried, lost, expired, cancelled, refused, split };
inline constexpr std::size_t kQueueEvents = 6;

/// States of instances as /metrics tells them; label `state` of glowplug_instances.
enum class InstanceState { starting, idle, busy, parked, leaving };
inline constexpr std::size_t kInstanceStates = 5;

/// Where the memory of a function lies; label `process` of glowplug_function_memory_bytes.
enum class MemoryOf { template_process, instances };
inline constexpr std::size_t kMemoryOf = 2;

struct FunctionFamilies;

/// The metrics of one function version. Every pointer is looked up once, so that a request costs a
/// few additions. Taken out of /metrics when destroyed. Made by Metrics::function; on one thread.
class FunctionMetrics {
 public:
  FunctionMetrics(FunctionFamilies& families, const std::string& function,
                  const std::string& version);

  /// One inference answered, also with an error. `total`: from its last byte to its answer.
  void answered(int status, std::optional<Code> error, Duration total);
  /// The phases of one that succeeded.
  void phases(const PhaseTiming& timing);
  /// One run of the model over `rows` rows.
  void ran(std::int64_t rows);
  void queue_event(QueueEvent event, std::uint64_t count);

  /// The inputs by reference of one request were fetched, or an error ended that.
  void fetched(std::optional<Code> error, Duration duration);

  /// An instance was started because a request needed it; `duration` until it took the request.
  void cold_start(Duration duration);
  /// One step of bringing a function up, e.g. "engine", "model", "fork", "first_run".
  /// The set of names is small and fixed.
  void cold_start_phase(std::string_view phase, Duration duration);
  /// What happened to its processes, e.g. "instance_crashed", "template_started". As above.
  void process_event(std::string_view event, std::uint64_t count);
  /// Its idle template had to go; `reason` as scale::name_of has it.
  void template_evicted(std::string_view reason);

  // Gauges, set when somebody asks for /metrics.
  void set_queue(std::size_t waiting_rows, std::size_t open_requests);
  void set_ready(bool ready);
  void set_instances(InstanceState state, std::size_t count);
  void set_memory(MemoryOf process, std::uint64_t pss_bytes);

 private:
  HistogramSeries& phase_series(std::string_view phase);

  FunctionFamilies& families_;
  prometheus::Labels labels_;
  CountersBy<int> requests_;
  CountersBy<Code> errors_;
  HistogramSeries request_seconds_;
  HistogramSeries queue_seconds_;
  HistogramSeries run_seconds_;
  HistogramSeries batch_rows_;
  CounterSeries rows_;
  std::vector<CounterSeries> queue_events_;  // by QueueEvent
  CountersBy<std::string> fetches_;
  std::optional<HistogramSeries> fetch_seconds_;  // of functions that fetch
  CounterSeries cold_starts_;
  HistogramSeries cold_start_seconds_;
  std::vector<std::pair<std::string, HistogramSeries>> cold_phases_;
  CountersBy<std::string> process_events_;
  CountersBy<std::string> evictions_;
  GaugeSeries waiting_rows_;
  GaugeSeries open_requests_;
  GaugeSeries ready_;
  std::vector<GaugeSeries> instances_;  // by InstanceState
  std::vector<GaugeSeries> memory_;     // by MemoryOf
};

}  // namespace glowplug::observe
