#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "observe/function_metrics.h"

namespace glowplug::observe {

/// Content-Type of Metrics::text: Prometheus text 0.0.4; from version 3 on Prometheus insists on
/// it.
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

/// The metrics of the process, in base units with the names that `promtool check metrics` wants.
/// Labels take only values that the operator chose (functions, versions) or that are listed in the
/// code (states, statuses, routes): what clients send makes no series. On one thread.
class Metrics {
 public:
  /// `version` is the program's, for glowplug_build_info.
  explicit Metrics(std::string_view version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  /// The metrics of a function version: the same object as long as somebody holds it, because an
  /// old and a new form of one version may count side by side during a reload. Must not outlive
  /// *this.
  [[nodiscard]] std::shared_ptr<FunctionMetrics> function(const std::string& name,
                                                          const std::string& version);
  /// One HTTP answer of any kind. `route` is a name out of a fixed list.
  void http_answered(std::string_view route, int status);
  void set_connections(std::size_t open);

  /// Everything in Prometheus text 0.0.4, with the figures of this process read now.
  [[nodiscard]] std::string text();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace glowplug::observe
