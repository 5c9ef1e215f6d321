#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug::front {

/// Every address that a front answers (DESIGN.md section 8).
enum class RouteKind {
  server_metadata,
  server_live,
  server_ready,
  models,
  model_metadata,
  model_ready,
  model_config,
  model_stats,
  all_stats,
  infer,
  repository_index,
  repository_load,
  repository_unload,
  predict,
  healthz,
  readyz,
  metrics,
  openapi,
  not_offered,  ///< parts of the protocol that are not served: shared memory, trace, logging,
                ///< generate
};

/// "infer", "model_metadata" … as in the label `route` of /metrics.
[[nodiscard]] std::string_view name_of(RouteKind kind);

struct Route {
  RouteKind kind{};
  std::string function;      ///< percent-decoded; empty where the route has none
  std::string version;       ///< empty: the one served
  std::string_view methods;  ///< allowed ones, for the Allow header: "GET, HEAD" or "POST"
  std::string_view feature;  ///< not_offered only: what it would be
};

/// Finds the route of a target (path with query). Errors: not_found; invalid_argument (a broken
/// escape in the path).
[[nodiscard]] Result<Route> find_route(std::string_view target);

}  // namespace glowplug::front
