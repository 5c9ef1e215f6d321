#include "observe/function_metrics.h"

#include <array>

#include "base/code_table.h"
#include "observe/families.h"

namespace glowplug::observe {
namespace {

using Buckets = prometheus::Histogram::BucketBoundaries;

// Edges stay the same across releases: dashboards compare them.
const Buckets& latency_buckets() {
  static const Buckets kBuckets{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                0.1,    0.25,    0.5,    1,     2.5,    5,     10,   30,    60};
  return kBuckets;
}
// With a long tail: a template that is built from nothing takes its time.
const Buckets& start_buckets() {
  static const Buckets kBuckets{0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                0.25,    0.5,    1,     2.5,    5,     10,   30,    60,   120};
  return kBuckets;
}
const Buckets& row_buckets() {
  static const Buckets kBuckets{1, 2, 4, 8, 16, 32, 64, 128, 256};
  return kBuckets;
}

constexpr std::array<const char*, kQueueEvents> kEventNames{"retried",   "lost",    "expired",
                                                            "cancelled", "refused", "split"};
constexpr std::array<const char*, kInstanceStates> kStateNames{"starting", "idle", "busy", "parked",
                                                               "leaving"};
constexpr std::array<const char*, kMemoryOf> kMemoryNames{"template", "instances"};

prometheus::Labels with(prometheus::Labels labels, const char* name, std::string value) {
  labels.emplace(name, std::move(value));
  return labels;
}

/// One series for each value of a label, there from the start: a rate needs the zero.
template <class S, class Family, std::size_t N>
std::vector<S> series_for(Family& family, const prometheus::Labels& labels, const char* label,
                          const std::array<const char*, N>& values) {
  std::vector<S> all;
  all.reserve(N);
  for (const char* value : values) all.emplace_back(family, with(labels, label, value));
  return all;
}

double in_seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

FunctionMetrics::FunctionMetrics(FunctionFamilies& families, const std::string& function,
                                 const std::string& version)
    : families_(families),
      labels_{{"function", function}, {"version", version}},
      requests_(families.requests, labels_, "code"),
      errors_(families.errors, labels_, "kind"),
      request_seconds_(families.request_seconds, labels_, latency_buckets()),
      queue_seconds_(families.queue_seconds, labels_, latency_buckets()),
      run_seconds_(families.run_seconds, labels_, latency_buckets()),
      batch_rows_(families.batch_rows, labels_, row_buckets()),
      rows_(families.rows, labels_),
      queue_events_(
          series_for<CounterSeries>(families.queue_events, labels_, "event", kEventNames)),
      fetches_(families.fetches, labels_, "outcome"),
      cold_starts_(families.cold_starts, labels_),
      cold_start_seconds_(families.cold_start_seconds, labels_, start_buckets()),
      process_events_(families.process_events, labels_, "event"),
      evictions_(families.evictions, labels_, "reason"),
      waiting_rows_(families.waiting_rows, labels_),
      open_requests_(families.open_requests, labels_),
      ready_(families.ready, labels_),
      instances_(series_for<GaugeSeries>(families.instances, labels_, "state", kStateNames)),
      memory_(series_for<GaugeSeries>(families.memory, labels_, "process", kMemoryNames)) {}

void FunctionMetrics::answered(int status, std::optional<Code> error, Duration total) {
  requests_.count(status, [](int code) { return std::to_string(code); });
  if (error) errors_.count(*error, [](Code code) { return std::string(name_of(code)); });
  request_seconds_->Observe(in_seconds(total));
}

void FunctionMetrics::phases(const PhaseTiming& timing) {
  queue_seconds_->Observe(in_seconds(timing.queue));
  run_seconds_->Observe(in_seconds(timing.instance.run));
}

void FunctionMetrics::ran(std::int64_t rows) {
  batch_rows_->Observe(static_cast<double>(rows));
  rows_->Increment(static_cast<double>(rows));
}

void FunctionMetrics::queue_event(QueueEvent event, std::uint64_t count) {
  queue_events_.at(static_cast<std::size_t>(event))->Increment(static_cast<double>(count));
}

void FunctionMetrics::fetched(std::optional<Code> error, Duration duration) {
  fetches_.count(error ? std::string(name_of(*error)) : "fetched",
                 [](const std::string& name) { return name; });
  if (!fetch_seconds_) fetch_seconds_.emplace(families_.fetch_seconds, labels_, latency_buckets());
  if (duration > Duration(0)) (*fetch_seconds_)->Observe(in_seconds(duration));
}

void FunctionMetrics::cold_start(Duration duration) {
  cold_starts_->Increment();
  cold_start_seconds_->Observe(in_seconds(duration));
}

void FunctionMetrics::cold_start_phase(std::string_view phase, Duration duration) {
  phase_series(phase)->Observe(in_seconds(duration));
}

HistogramSeries& FunctionMetrics::phase_series(std::string_view phase) {
  for (auto& [name, series] : cold_phases_) {
    if (name == phase) return series;
  }
  return cold_phases_
      .emplace_back(phase,
                    HistogramSeries(families_.cold_phase_seconds,
                                    with(labels_, "phase", std::string(phase)), start_buckets()))
      .second;
}

void FunctionMetrics::process_event(std::string_view event, std::uint64_t count) {
  process_events_.count(
      std::string(event), [](const std::string& name) { return name; }, static_cast<double>(count));
}

void FunctionMetrics::template_evicted(std::string_view reason) {
  evictions_.count(std::string(reason), [](const std::string& name) { return name; });
}

void FunctionMetrics::set_queue(std::size_t waiting_rows, std::size_t open_requests) {
  waiting_rows_->Set(static_cast<double>(waiting_rows));
  open_requests_->Set(static_cast<double>(open_requests));
}

void FunctionMetrics::set_ready(bool ready) { ready_->Set(ready ? 1 : 0); }

void FunctionMetrics::set_instances(InstanceState state, std::size_t count) {
  instances_.at(static_cast<std::size_t>(state))->Set(static_cast<double>(count));
}

void FunctionMetrics::set_memory(MemoryOf process, std::uint64_t pss_bytes) {
  memory_.at(static_cast<std::size_t>(process))->Set(static_cast<double>(pss_bytes));
}

}  // namespace glowplug::observe
