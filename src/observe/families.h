#pragma once
#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace glowplug::observe {

/// The families whose series belong to function versions. Names, help and units of /metrics stand
/// in families.cpp and nowhere else.
struct FunctionFamilies {
  explicit FunctionFamilies(prometheus::Registry& registry);

  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<prometheus::Counter>& errors;
  prometheus::Family<prometheus::Histogram>& request_seconds;
  prometheus::Family<prometheus::Histogram>& queue_seconds;
  prometheus::Family<prometheus::Histogram>& run_seconds;
  prometheus::Family<prometheus::Histogram>& batch_rows;
  prometheus::Family<prometheus::Counter>& rows;
  prometheus::Family<prometheus::Counter>& queue_events;
  prometheus::Family<prometheus::Counter>& fetches;
  prometheus::Family<prometheus::Histogram>& fetch_seconds;
  prometheus::Family<prometheus::Counter>& cold_starts;
  prometheus::Family<prometheus::Histogram>& cold_start_seconds;
  prometheus::Family<prometheus::Histogram>& cold_phase_seconds;
  prometheus::Family<prometheus::Counter>& process_events;
  prometheus::Family<prometheus::Counter>& evictions;
  prometheus::Family<prometheus::Gauge>& waiting_rows;
  prometheus::Family<prometheus::Gauge>& open_requests;
  prometheus::Family<prometheus::Gauge>& ready;
  prometheus::Family<prometheus::Gauge>& instances;
  prometheus::Family<prometheus::Gauge>& memory;
};

/// The families of the process as a whole.
struct ProcessFamilies {
  explicit ProcessFamilies(prometheus::Registry& registry);

  prometheus::Family<prometheus::Gauge>& build_info;
  prometheus::Family<prometheus::Counter>& http_requests;
  prometheus::Family<prometheus::Gauge>& connections;
  prometheus::Family<prometheus::Gauge>& start_time;
  prometheus::Family<prometheus::Counter>& cpu_seconds;
  prometheus::Family<prometheus::Gauge>& resident_bytes;
  prometheus::Family<prometheus::Gauge>& open_fds;
  prometheus::Family<prometheus::Gauge>& max_fds;
};

}  // namespace glowplug::observe
