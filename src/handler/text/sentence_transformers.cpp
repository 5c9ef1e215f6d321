#include "handler/text/sentence_transformers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/json.h"
#include "handler/text/compile/parts.h"

namespace glowplug::handler::text {
namespace {

using compile::member;

constexpr std::array<std::pair<const char*, PoolingMode>, 4> kPoolingKeys = {
    {{"pooling_mode_cls_token", PoolingMode::cls},
     {"pooling_mode_mean_tokens", PoolingMode::mean},
     {"pooling_mode_max_tokens", PoolingMode::max},
     {"pooling_mode_lasttoken", PoolingMode::last_token}}};
constexpr std::string_view kPoolings = "cls, mean, max, lasttoken";

Result<Json> object(std::string_view text, std::string_view file) {
  auto json = parse_json(text);
  if (!json) return std::move(json).error().in(file);
  if (!json->is_object()) return invalid_argument(fmt::format("{} has to be an object", file));
  return json;
}

Result<void> add_module(const Json& module, std::size_t place, SentenceModules& to) {
  GLOWPLUG_ASSIGN(const std::string type, compile::text_at(module, "type"));
  GLOWPLUG_ASSIGN(const std::string path, compile::text_at(module, "path", ""));
  const std::string name = type.substr(type.rfind('.') + 1);
  if (name == "Transformer" && place == 0) {
    to.transformer_path = path;
  } else if (name == "Pooling" && place > 0 && !to.pooling_path && !to.normalize) {
    to.pooling_path = path;
  } else if (name == "Normalize" && to.pooling_path) {
    to.normalize = true;
  } else {
    return compile::unsupported("module",
                                fmt::format("{}\" as number {} of modules.json", type, place),
                                "Transformer, then Pooling, then Normalize");
  }
  return {};
}

}  // namespace

Result<SentenceModules> read_modules(std::string_view modules_json) {
  auto json = parse_json(modules_json);
  if (!json) return std::move(json).error().in("modules.json");
  if (!json->is_array() || json->empty())
    return invalid_argument("modules.json has to be a list of modules");
  SentenceModules modules;
  std::size_t place = 0;
  for (const Json& module : *json) {
    auto added = add_module(module, place++, modules);
    if (!added) return std::move(added).error().in("modules.json");
  }
  return modules;
}

Result<PoolingMode> read_pooling(std::string_view config_json) {
  GLOWPLUG_ASSIGN(const Json json, object(config_json, "config.json of Pooling"));
  if (const Json& mode = member(json, "pooling_mode"); mode.is_string()) {  // newer files
    const auto name = mode.get<std::string>();
    if (const auto known = pooling_named(name)) return *known;
    return compile::unsupported("pooling", name, kPoolings);
  }
  std::optional<PoolingMode> found;
  for (const auto& [key, value] : json.items()) {
    if (!key.starts_with("pooling_mode_") || !value.is_boolean() || !value.get<bool>()) continue;
    const auto* known = std::find_if(kPoolingKeys.begin(), kPoolingKeys.end(),
                                     [&name = key](const auto& row) { return name == row.first; });
    if (known == kPoolingKeys.end()) return compile::unsupported("pooling", key, kPoolings);
    if (found) {
      return Error{Code::unimplemented, "several poolings side by side are not supported", {}};
    }
    found = known->second;
  }
  if (!found) return invalid_argument("config.json of Pooling sets no pooling_mode_… to true");
  return *found;
}

Result<SentenceBertConfig> read_sentence_bert_config(std::string_view config_json) {
  GLOWPLUG_ASSIGN(const Json json, object(config_json, "sentence_bert_config.json"));
  SentenceBertConfig config;
  GLOWPLUG_ASSIGN(config.do_lower_case, compile::flag_at(json, "do_lower_case", false));
  if (!member(json, "max_seq_length").is_null()) {
    GLOWPLUG_ASSIGN(config.max_seq_length, compile::number_at(json, "max_seq_length"));
  }
  return config;
}

Result<std::optional<std::uint32_t>> read_model_max_length(std::string_view config_json) {
  GLOWPLUG_ASSIGN(const Json json, object(config_json, "tokenizer_config.json"));
  return compile::model_max_length(json);
}

}  // namespace glowplug::handler::text
