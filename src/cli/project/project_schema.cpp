#include "cli/project/project_schema.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/project/project_keys.h"
#include "model/function_settings.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kVariable = R"(\$\{env:[^}]+\})";  // checked once it is replaced

Json quantity(std::string_view units) {
  return {{"type", Json::array({"string", "integer"})},
          {"pattern", fmt::format(R"(^(0|[0-9]+(\.[0-9]+)?({})|.*{}.*)$)", units, kVariable)},
          {"minimum", 0},
          {"maximum", 0}};  // as a bare number only 0
}

Json schema_of(const SettingRow& row) {
  Json schema;
  if (row.type == "duration") {
    schema = quantity("ns|us|ms|s|m|h|d");
  } else if (row.type == "size") {
    schema = quantity("B|KiB|MiB|GiB|TiB|kB|KB|MB|GB|TB");
  } else if (row.type == "schedule") {
    schema = {
        {"type", "string"},
        {"pattern", fmt::format("^(never|.*[0-9]{{2}}:[0-9]{{2}}-[0-9]{{2}}:[0-9]{{2}}.*|.*{}.*)$",
                                kVariable)}};
  } else if (row.type == "variables") {
    schema = {{"type", Json::array({"object", "string"})},
              {"additionalProperties", {{"type", Json::array({"string", "number", "boolean"})}}}};
  } else if (row.type == "secrets" || row.type == "hosts") {
    schema = {{"type", Json::array({"array", "string"})}, {"items", {{"type", "string"}}}};
  } else if (row.type == "choice") {
    schema = {{"type", "string"},
              {"pattern", fmt::format("^({}|.*{}.*)$", fmt::join(row.choices, "|"), kVariable)}};
  } else {
    schema = {{"type", Json::array({"integer", "string"})},
              {"minimum", 0},
              {"pattern", fmt::format("^([0-9]+|.*{}.*)$", kVariable)}};
  }
  schema["description"] = row.meaning;
  schema["default"] = row.write(FunctionSettings{});
  schema["examples"] = Json::array({row.example});
  return schema;
}

Json later(const ProjectKey& key) {
  return {{"description", fmt::format("{} (this version does not act on it)", key.meaning)}};
}

Json function_schema() {
  Json properties = Json::object();
  for (const SettingRow& row : function_setting_rows())
    properties[std::string(row.key)] = schema_of(row);
  for (const ProjectKey& key : later_function_keys())
    properties[std::string(key.name)] = later(key);
  return {{"type", Json::array({"object", "null"})},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

Json model_schema() {
  Json properties = Json::object();
  for (const ProjectKey& key : model_keys())
    properties[std::string(key.name)] =
        key.later ? later(key) : Json{{"type", "string"}, {"description", key.meaning}};
  return {{"type", "object"},
          {"additionalProperties", false},
          {"required", Json::array({"source"})},
          {"properties", std::move(properties)}};
}

Json schema_of(const ProjectKey& key) {
  if (key.later) return later(key);
  Json schema = {{"type", "string"}};
  if (key.name == "model") schema = model_schema();
  if (key.name == "function") schema = function_schema();
  if (key.name == "handler")
    schema = {{"type", Json::array({"string", "object", "null"})},
              {"additionalProperties", false},
              {"properties",
               {{"input", {{"type", "object"}, {"required", Json::array({"type"})}}},
                {"output", {{"type", "object"}}},
                {"code", {{"type", Json::array({"string", "object"})}}}}}};
  schema["description"] = key.meaning;
  return schema;
}

}  // namespace

Json project_schema() {
  Json properties = Json::object();
  for (const ProjectKey& key : root_keys()) properties[std::string(key.name)] = schema_of(key);
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"title", "glowplug.yaml"},
          {"type", "object"},
          {"additionalProperties", false},
          {"required", Json::array({"name", "model"})},
          {"properties", std::move(properties)}};
}

}  // namespace glowplug::cli
