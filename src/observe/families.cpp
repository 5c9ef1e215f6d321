#include "observe/families.h"

namespace glowplug::observe {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Registry;

auto& counter(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}
auto& gauge(Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry);
}
auto& histogram(Registry& registry, const char* name, const char* help) {
  return BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

FunctionFamilies::FunctionFamilies(Registry& registry)
    : requests(counter(registry, "glowplug_requests_total", "Inference requests by HTTP status.")),
      errors(counter(registry, "glowplug_errors_total",
                     "Inference requests answered with an error, by its kind.")),
      request_seconds(histogram(registry, "glowplug_request_duration_seconds",
                                "From the last byte of an inference request to its answer.")),
      queue_seconds(histogram(registry, "glowplug_queue_duration_seconds",
                              "Waiting for an instance, without the time of a cold start.")),
      run_seconds(histogram(registry, "glowplug_run_duration_seconds",
                            "The engine's run of the batch that a request was part of.")),
      batch_rows(
          histogram(registry, "glowplug_batch_rows", "Rows that ran together, one count a run.")),
      rows(counter(registry, "glowplug_inference_rows_total", "Rows that the model answered.")),
      queue_events(counter(registry, "glowplug_queue_events_total",
                           "Requests tried again after their instance died, lost after that, "
                           "expired, cancelled by the client, or refused by a full queue.")),
      fetches(counter(registry, "glowplug_fetches_total",
                      "Requests with inputs by reference, by what came of the fetch.")),
      fetch_seconds(histogram(registry, "glowplug_fetch_duration_seconds",
                              "Fetching all inputs by reference of a request.")),
      cold_starts(counter(registry, "glowplug_cold_starts_total",
                          "Instances started because a request needed one.")),
      cold_start_seconds(
          histogram(registry, "glowplug_cold_start_duration_seconds",
                    "From asking for an instance until it took the request that needed it.")),
      cold_phase_seconds(histogram(registry, "glowplug_cold_start_phase_duration_seconds",
                                   "Steps of bringing a function up.")),
      process_events(counter(registry, "glowplug_process_events_total",
                             "Starts, ends and failures of templates and instances.")),
      evictions(counter(registry, "glowplug_template_evictions_total",
                        "Idle templates ended to keep within their memory budget, by reason.")),
      waiting_rows(gauge(registry, "glowplug_queue_rows", "Rows that wait for an instance.")),
      open_requests(gauge(registry, "glowplug_open_requests", "Requests that wait or run.")),
      ready(gauge(registry, "glowplug_function_ready",
                  "1 if the function can answer, asleep or not; 0 if it cannot.")),
      instances(gauge(registry, "glowplug_instances", "Instances by state.")),
      memory(gauge(registry, "glowplug_function_memory_bytes",
                   "Proportional set size of a function's template and instances.")) {}

ProcessFamilies::ProcessFamilies(Registry& registry)
    : build_info(gauge(registry, "glowplug_build_info", "The program's version; always 1.")),
      http_requests(counter(registry, "glowplug_http_requests_total",
                            "HTTP answers by route and status, refused requests included.")),
      connections(gauge(registry, "glowplug_http_connections", "Open HTTP connections.")),
      start_time(gauge(registry, "process_start_time_seconds",
                       "Start time of the process since the epoch.")),
      cpu_seconds(
          counter(registry, "process_cpu_seconds_total", "User and system time of the process.")),
      resident_bytes(gauge(registry, "process_resident_memory_bytes",
                           "Resident memory of the process, without templates and instances.")),
      open_fds(gauge(registry, "process_open_fds", "Open file descriptors.")),
      max_fds(gauge(registry, "process_max_fds", "Most file descriptors that may be open.")) {}

}  // namespace glowplug::observe
