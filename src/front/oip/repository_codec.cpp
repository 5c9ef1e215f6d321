#include "front/oip/repository_codec.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/json.h"

namespace glowplug::front::oip {
namespace {

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// An empty body stands for an empty object.
Result<Json> read_object(std::string_view body) {
  if (is_blank(body)) return Json::object();
  GLOWPLUG_ASSIGN(Json json, parse_json(body));
  if (!json.is_object()) return invalid_argument("the request must be a JSON object");
  return json;
}

/// The object under `parameters`, empty if there is none.
Result<Json> read_parameters(std::string_view body) {
  GLOWPLUG_ASSIGN(const Json json, read_object(body));
  Json parameters = json.value("parameters", Json::object());
  if (!parameters.is_object()) return invalid_argument("\"parameters\" must be an object");
  return parameters;
}

Result<bool> read_flag(const Json& object, const char* key) {
  const Json flag = object.value(key, Json(false));
  if (!flag.is_boolean()) return invalid_argument(fmt::format("\"{}\" must be true or false", key));
  return flag.get<bool>();
}

}  // namespace

std::string write_repository_index(std::span<const ModelIndex> models) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const ModelIndex& model : models) {
    nlohmann::ordered_json one = {{"name", model.name}};
    if (!model.version.empty()) one["version"] = model.version;
    if (!model.state.empty()) one["state"] = model.state;
    if (!model.reason.empty()) one["reason"] = model.reason;
    list.push_back(std::move(one));
  }
  return list.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

Result<IndexRequest> read_index_request(std::string_view body) {
  GLOWPLUG_ASSIGN(const Json json, read_object(body));
  GLOWPLUG_ASSIGN(const bool ready, read_flag(json, "ready"));
  return IndexRequest{ready};
}

Result<void> read_load_request(std::string_view body) {
  GLOWPLUG_ASSIGN(const Json parameters, read_parameters(body));
  for (const auto& [key, value] : parameters.items()) {
    if (key == "config" || key.starts_with("file:"))
      return Error{Code::unimplemented,
                   fmt::format("parameter \"{}\": a model is loaded as its bundle is; export and "
                               "add another bundle instead",
                               key),
                   {}};
  }
  return {};
}

Result<UnloadRequest> read_unload_request(std::string_view body) {
  GLOWPLUG_ASSIGN(const Json parameters, read_parameters(body));
  GLOWPLUG_ASSIGN(const bool dependents, read_flag(parameters, "unload_dependents"));
  return UnloadRequest{dependents};
}

}  // namespace glowplug::front::oip
