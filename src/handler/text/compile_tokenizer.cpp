#include "handler/text/compile_tokenizer.h"

#include <fmt/format.h>

#include "handler/text/compile/parts.h"
#include "handler/text/tokenizer.h"

namespace glowplug::handler::text {
namespace {

Result<std::vector<std::byte>> compile_parsed(const Json& json, const Json& config) {
  using compile::member;
  flat::Writer writer;
  if (!json.is_object() || member(json, "model").is_null()) {
    return invalid_argument("this is no tokenizer.json: it has no \"model\"");
  }
  GLOWPLUG_ASSIGN(const std::string version, compile::text_at(json, "version", "1.0"));
  if (version != "1.0") {
    return compile::unsupported("version of tokenizer.json", version, "1.0");
  }
  GLOWPLUG_TRY(compile::normalizer(member(json, "normalizer"), writer));
  GLOWPLUG_TRY(compile::pre_tokenizer(member(json, "pre_tokenizer"), writer));
  GLOWPLUG_TRY(compile::post_processor(member(json, "post_processor"), writer));
  GLOWPLUG_TRY(compile::truncation(member(json, "truncation"), writer));
  GLOWPLUG_TRY(compile::padding(member(json, "padding"), writer));
  GLOWPLUG_ASSIGN(auto ids, compile::model(member(json, "model"), writer));
  GLOWPLUG_TRY(compile::added_tokens(member(json, "added_tokens"), ids, writer));
  GLOWPLUG_TRY(compile::config(config, ids, writer));
  GLOWPLUG_ASSIGN(auto file, writer.finish());
  GLOWPLUG_TRY(Tokenizer::open(file));
  return file;
}

}  // namespace

Result<std::vector<std::byte>> compile_tokenizer(std::string_view tokenizer_json,
                                                 std::string_view tokenizer_config_json) {
  auto json = parse_json(tokenizer_json);
  if (!json) return std::move(json).error().in("tokenizer.json");
  Json config;
  if (!tokenizer_config_json.empty()) {
    auto parsed = parse_json(tokenizer_config_json);
    if (!parsed) return std::move(parsed).error().in("tokenizer_config.json");
    config = *std::move(parsed);
  }
  auto file = compile_parsed(*json, config);
  if (!file) return std::move(file).error().in("tokenizer.json");
  return file;
}

}  // namespace glowplug::handler::text
