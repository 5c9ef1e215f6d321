#include "observe/metrics.h"

#include <prometheus/text_serializer.h>

#include "observe/families.h"
#include "observe/process_stats.h"

namespace glowplug::observe {

struct Metrics::State {
  explicit State(std::string_view version)
      : functions(registry),
        process(registry),
        build_info(process.build_info, {{"version", std::string(version)}}),
        connections(process.connections, {}),
        start_time(process.start_time, {}),
        cpu_seconds(process.cpu_seconds, {}),
        resident_bytes(process.resident_bytes, {}),
        open_fds(process.open_fds, {}),
        max_fds(process.max_fds, {}) {
    build_info->Set(1);
  }

  CountersBy<int>& statuses_of(std::string_view route) {
    for (auto& [name, statuses] : routes) {
      if (name == route) return statuses;
    }
    return routes
        .emplace_back(
            route, CountersBy<int>(process.http_requests, {{"route", std::string(route)}}, "code"))
        .second;
  }

  void read_process() {
    const ProcessStats stats = read_process_stats();
    start_time->Set(stats.start_time_seconds);
    cpu_seconds->Increment(stats.cpu_seconds - cpu_seconds->Value());
    resident_bytes->Set(static_cast<double>(stats.resident_bytes));
    open_fds->Set(static_cast<double>(stats.open_fds));
    max_fds->Set(static_cast<double>(stats.max_fds));
  }

  prometheus::Registry registry;
  FunctionFamilies functions;
  ProcessFamilies process;
  GaugeSeries build_info;
  GaugeSeries connections;
  GaugeSeries start_time;
  CounterSeries cpu_seconds;
  GaugeSeries resident_bytes;
  GaugeSeries open_fds;
  GaugeSeries max_fds;
  std::vector<std::pair<std::string, CountersBy<int>>> routes;
  std::map<std::pair<std::string, std::string>, std::weak_ptr<FunctionMetrics>> known;
};

Metrics::Metrics(std::string_view version) : state_(std::make_unique<State>(version)) {}
Metrics::~Metrics() = default;

std::shared_ptr<FunctionMetrics> Metrics::function(const std::string& name,
                                                   const std::string& version) {
  std::erase_if(state_->known, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<FunctionMetrics>& slot = state_->known[{name, version}];
  auto metrics = slot.lock();
  if (!metrics) {
    metrics = std::make_shared<FunctionMetrics>(state_->functions, name, version);
    slot = metrics;
  }
  return metrics;
}

void Metrics::http_answered(std::string_view route, int status) {
  state_->statuses_of(route).count(status, [](int code) { return std::to_string(code); });
}

void Metrics::set_connections(std::size_t open) {
  state_->connections->Set(static_cast<double>(open));
}

std::string Metrics::text() {
  state_->read_process();
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace glowplug::observe
