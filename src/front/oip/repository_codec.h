#pragma once
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace glowplug::front::oip {

/// One line of the repository's index (protocol extension `model_repository`).
struct ModelIndex {
  std::string name;
  std::string version;  ///< empty: left out
  std::string state;    ///< "READY", "UNAVAILABLE", "LOADING", "UNLOADING"; empty: left out
  std::string reason;   ///< empty: left out
};

/// A bare array of {name, version?, state?, reason?}.
[[nodiscard]] std::string write_repository_index(std::span<const ModelIndex> models);

struct IndexRequest {
  bool ready_only = false;
};
/// Body of POST /v2/repository/index: empty, or {"ready":bool}. Errors: invalid_argument.
[[nodiscard]] Result<IndexRequest> read_index_request(std::string_view body);

/// Body of POST /v2/repository/models/{m}/load: empty or an object. Errors: invalid_argument;
/// unimplemented (parameters `config` or `file:…`, which would replace what the bundle says).
[[nodiscard]] Result<void> read_load_request(std::string_view body);

struct UnloadRequest {
  bool unload_dependents = false;  ///< no function depends on another: without effect
};
/// Body of POST /v2/repository/models/{m}/unload: empty or an object. Errors: invalid_argument.
[[nodiscard]] Result<UnloadRequest> read_unload_request(std::string_view body);

}  // namespace glowplug::front::oip
