#include "cli/try_it.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "handler/event_schemas.h"

namespace glowplug::cli {
namespace {

constexpr std::size_t kMostInline = 400;

/// Whether every input is plain JSON ("data"), as the protocol's own body is.
bool is_plain(const Json& request) {
  const Json& inputs = request.at("inputs");
  return std::all_of(inputs.begin(), inputs.end(),
                     [](const Json& input) { return input.contains("data"); });
}

struct FileKind {
  const char* media_type;  ///< as the handler's content names it
  std::string_view file;
  std::string_view sent_as;
};
constexpr std::array<FileKind, 4> kFileKinds = {
    {{"image/jpeg", "your.jpg", "image/jpeg"},
     {"image/*", "your.jpg", "image/jpeg"},
     {"audio/wav", "your.wav", "audio/wav"},
     {"application/octet-stream", "your.file", "application/octet-stream"}}};

/// A value that fits a schema, as far as the program's own and those of type hints go.
class ExampleValue {
 public:
  /// `named` outlives the object.
  explicit ExampleValue(const Json& named) : named_(named) {}

  [[nodiscard]] Json of(const Json& schema, int depth = 0) const {
    constexpr int kMostDepth = 16;
    if (!schema.is_object() || depth > kMostDepth) return Json::object();
    if (schema.contains("$ref") && schema["$ref"].is_string()) {
      const std::string name = schema["$ref"].get<std::string>();
      return of(named_.value(name, Json::object()), depth + 1);
    }
    for (const char* const given : {"default", "const"})
      if (schema.contains(given)) return schema[given];
    for (const char* const choice : {"enum", "anyOf", "oneOf"}) {
      if (!schema.contains(choice) || !schema[choice].is_array() || schema[choice].empty())
        continue;
      const Json& first = schema[choice][0];
      return std::string_view(choice) == "enum" ? first : of(first, depth + 1);
    }
    return of_type(schema, depth);
  }

 private:
  [[nodiscard]] Json of_type(const Json& schema, int depth) const {
    const Json type = schema.value("type", Json());
    if (type == "string") return "text";
    if (type == "boolean") return true;
    if (type == "integer" || type == "number") return number(schema, type == "integer");
    if (type == "array") return list(schema, depth);
    Json object = Json::object();
    const Json properties = schema.value("properties", Json());
    if (!properties.is_object()) return object;
    for (const auto& [name, property] : properties.items()) object[name] = of(property, depth + 1);
    return object;
  }

  /// 1, or the bound that is nearest to it.
  [[nodiscard]] static Json number(const Json& schema, bool whole) {
    const Json least = schema.value("minimum", Json()), most = schema.value("maximum", Json());
    double value = 1;
    if (most.is_number()) value = std::min(value, most.get<double>());
    if (least.is_number()) value = std::max(value, least.get<double>());
    constexpr double kMost = 1e15;  // exact as an integer, too
    if (std::abs(value) > kMost) return 1;
    return whole || value == std::ceil(value) ? Json(static_cast<std::int64_t>(std::ceil(value)))
                                              : Json(value);
  }

  [[nodiscard]] Json list(const Json& schema, int depth) const {
    constexpr std::size_t kMostItems = 64;
    Json items = Json::array();
    if (schema.contains("prefixItems") && schema["prefixItems"].is_array()) {
      for (const Json& item : schema["prefixItems"]) items.push_back(of(item, depth + 1));
      return items;
    }
    const Json least = schema.value("minItems", Json(1));
    const std::size_t count = least.is_number_unsigned()
                                  ? std::clamp(least.get<std::size_t>(), std::size_t{1}, kMostItems)
                                  : 1;
    const Json item = of(schema.value("items", Json::object()), depth + 1);
    for (std::size_t i = 0; i < count; ++i) items.push_back(item);
    return items;
  }

  const Json& named_;
};

}  // namespace

std::string shell_quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string event_arguments(const Json& content, const Json& named) {
  for (const FileKind& kind : kFileKinds)
    if (content.contains(kind.media_type))
      return fmt::format("--data-binary @{} -H 'content-type: {}'", kind.file, kind.sent_as);
  if (content.contains("text/plain"))
    return "--data-binary 'A text of yours.' -H 'content-type: text/plain'";
  const Json json = content.value("application/json", Json::object());
  const Json schema = json.is_object() ? json.value("schema", Json::object()) : Json::object();
  return fmt::format("--json {}", shell_quoted(ExampleValue(named).of(schema).dump()));
}

std::string curl_line(const bundle::Bundle& bundle, std::string_view url, std::string_view name,
                      std::string_view inspect_command) {
  const bundle::Manifest& manifest = bundle.manifest();
  if (!manifest.handler.is_null()) {
    const auto schemas = handler::event_schemas(manifest.handler, manifest.signature, {});
    return fmt::format("curl -s {} {}/predict/{}", event_arguments(schemas.request, schemas.named),
                       url, name);
  }
  const std::string model = fmt::format("{}/v2/models/{}", url, name);
  for (const std::string& sample_name : bundle.sample_names()) {
    const auto sample = bundle.sample(sample_name);
    if (!sample) continue;
    const Json request = to_json(*sample).at("request");
    if (!is_plain(request)) continue;
    const std::string body = request.dump();
    if (body.size() <= kMostInline)
      return fmt::format("curl -s --json {} {}/infer", shell_quoted(body), model);
    return fmt::format("{} --request {} | curl -s --json @- {}/infer", inspect_command, sample_name,
                       model);
  }
  return fmt::format("curl -s {}", model);
}

}  // namespace glowplug::cli
