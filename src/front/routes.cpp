#include "front/routes.h"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace glowplug::front {
namespace {

constexpr std::string_view kRead = "GET, HEAD";
constexpr std::string_view kPost = "POST";
constexpr std::string_view kBoth = "GET, POST";

/// A pattern's segment: a word, "{f}" for the function or "{v}" for the version, "*" for any one.
struct Pattern {
  std::string_view path;
  RouteKind kind;
  std::string_view methods;
  std::string_view feature;
};

// The first that fits counts; those asked for most stand first.
constexpr std::array kPatterns = {
    Pattern{"v2/models/{f}/infer", RouteKind::infer, kPost, {}},
    Pattern{"v2/models/{f}/versions/{v}/infer", RouteKind::infer, kPost, {}},
    Pattern{"predict/{f}", RouteKind::predict, kPost, {}},
    Pattern{"v2", RouteKind::server_metadata, kRead, {}},
    Pattern{"v2/health/live", RouteKind::server_live, kRead, {}},
    Pattern{"v2/health/ready", RouteKind::server_ready, kRead, {}},
    Pattern{"v2/models", RouteKind::models, kRead, {}},
    Pattern{"v2/models/stats", RouteKind::all_stats, kRead, {}},
    Pattern{"v2/models/{f}", RouteKind::model_metadata, kRead, {}},
    Pattern{"v2/models/{f}/versions/{v}", RouteKind::model_metadata, kRead, {}},
    Pattern{"v2/models/{f}/ready", RouteKind::model_ready, kRead, {}},
    Pattern{"v2/models/{f}/versions/{v}/ready", RouteKind::model_ready, kRead, {}},
    Pattern{"v2/models/{f}/config", RouteKind::model_config, kRead, {}},
    Pattern{"v2/models/{f}/versions/{v}/config", RouteKind::model_config, kRead, {}},
    Pattern{"v2/models/{f}/stats", RouteKind::model_stats, kRead, {}},
    Pattern{"v2/models/{f}/versions/{v}/stats", RouteKind::model_stats, kRead, {}},
    Pattern{"v2/repository/index", RouteKind::repository_index, kPost, {}},
    Pattern{"v2/repository/models/{f}/load", RouteKind::repository_load, kPost, {}},
    Pattern{"v2/repository/models/{f}/unload", RouteKind::repository_unload, kPost, {}},
    Pattern{"healthz", RouteKind::healthz, kRead, {}},
    Pattern{"readyz", RouteKind::readyz, kRead, {}},
    Pattern{"metrics", RouteKind::metrics, kRead, {}},
    Pattern{"openapi.json", RouteKind::openapi, kRead, {}},
    Pattern{"v2/models/{f}/generate", RouteKind::not_offered, kPost, "the generate extension"},
    Pattern{"v2/models/{f}/generate_stream", RouteKind::not_offered, kPost,
            "the generate extension"},
    Pattern{"v2/models/{f}/versions/{v}/generate", RouteKind::not_offered, kPost,
            "the generate extension"},
    Pattern{"v2/models/{f}/versions/{v}/generate_stream", RouteKind::not_offered, kPost,
            "the generate extension"},
    Pattern{"v2/trace/setting", RouteKind::not_offered, kBoth, "the trace extension"},
    Pattern{"v2/models/{f}/trace/setting", RouteKind::not_offered, kBoth, "the trace extension"},
    Pattern{"v2/logging", RouteKind::not_offered, kBoth, "the logging extension"},
    Pattern{"v2/systemsharedmemory/status", RouteKind::not_offered, kRead,
            "shared memory of the client"},
    Pattern{"v2/systemsharedmemory/region/*/status", RouteKind::not_offered, kRead,
            "shared memory of the client"},
    Pattern{"v2/systemsharedmemory/region/*/register", RouteKind::not_offered, kPost,
            "shared memory of the client"},
    Pattern{"v2/systemsharedmemory/region/*/unregister", RouteKind::not_offered, kPost,
            "shared memory of the client"},
    Pattern{"v2/systemsharedmemory/unregister", RouteKind::not_offered, kPost,
            "shared memory of the client"},
    Pattern{"v2/cudasharedmemory/status", RouteKind::not_offered, kRead, "CUDA shared memory"},
    Pattern{"v2/cudasharedmemory/region/*/status", RouteKind::not_offered, kRead,
            "CUDA shared memory"},
    Pattern{"v2/cudasharedmemory/region/*/register", RouteKind::not_offered, kPost,
            "CUDA shared memory"},
    Pattern{"v2/cudasharedmemory/region/*/unregister", RouteKind::not_offered, kPost,
            "CUDA shared memory"},
    Pattern{"v2/cudasharedmemory/unregister", RouteKind::not_offered, kPost, "CUDA shared memory"},
};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// nullopt for an escape that is none.
std::optional<std::string> percent_decoded(std::string_view segment) {
  std::string text;
  text.reserve(segment.size());
  for (std::size_t i = 0; i < segment.size(); ++i) {
    if (segment[i] != '%') {
      text += segment[i];
      continue;
    }
    if (i + 2 >= segment.size()) return std::nullopt;
    const int high = hex_digit(segment[i + 1]);
    const int low = hex_digit(segment[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    text += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return text;
}

std::string_view take_segment(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view segment = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return segment;
}

struct Found {
  std::string_view function, version;
};

std::optional<Found> match(std::string_view pattern, std::string_view path) {
  Found found;
  while (!pattern.empty() || !path.empty()) {
    if (pattern.empty() || path.empty()) return std::nullopt;
    const std::string_view wanted = take_segment(pattern);
    const std::string_view segment = take_segment(path);
    if (segment.empty()) return std::nullopt;
    if (wanted == "{f}") {
      found.function = segment;
    } else if (wanted == "{v}") {
      found.version = segment;
    } else if (wanted != "*" && wanted != segment) {
      return std::nullopt;
    }
  }
  return found;
}

}  // namespace

std::string_view name_of(RouteKind kind) {
  switch (kind) {
    case RouteKind::server_metadata:
      return "server_metadata";
    case RouteKind::server_live:
      return "server_live";
    case RouteKind::server_ready:
      return "server_ready";
    case RouteKind::models:
      return "models";
    case RouteKind::model_metadata:
      return "model_metadata";
    case RouteKind::model_ready:
      return "model_ready";
    case RouteKind::model_config:
      return "model_config";
    case RouteKind::model_stats:
      return "model_stats";
    case RouteKind::all_stats:
      return "all_stats";
    case RouteKind::infer:
      return "infer";
    case RouteKind::repository_index:
      return "repository_index";
    case RouteKind::repository_load:
      return "repository_load";
    case RouteKind::repository_unload:
      return "repository_unload";
    case RouteKind::predict:
      return "predict";
    case RouteKind::healthz:
      return "healthz";
    case RouteKind::readyz:
      return "readyz";
    case RouteKind::metrics:
      return "metrics";
    case RouteKind::openapi:
      return "openapi";
    case RouteKind::not_offered:
      return "not_offered";
  }
  return "none";
}

Result<Route> find_route(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  const auto unknown = [path] {
    return Error{Code::not_found, fmt::format("no such address: {}", path), {}};
  };
  if (!path.starts_with('/')) return unknown();
  std::string_view rest = path.substr(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  for (const Pattern& pattern : kPatterns) {
    const auto found = match(pattern.path, rest);
    if (!found) continue;
    const auto function = percent_decoded(found->function);
    const auto version = percent_decoded(found->version);
    if (!function || !version)
      return Error{Code::invalid_argument, fmt::format("broken percent escape in {}", path), {}};
    return Route{pattern.kind, *function, *version, pattern.methods, pattern.feature};
  }
  return unknown();
}

}  // namespace glowplug::front
