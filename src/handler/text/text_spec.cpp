#include "handler/text/text_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "handler/text/compile/parts.h"
#include "handler/text/unicode/unicode.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

using PaddingMode = TextSpec::PaddingMode;
using compile::member;

constexpr std::array<const char*, 8> kTokenKeys = {"max_length",     "padding",       "pair",
                                                   "pooling",        "normalize",     "input_ids",
                                                   "attention_mask", "token_type_ids"};
constexpr std::array<const char*, 2> kTextKeys = {"text", "lowercase"};
constexpr std::array<std::pair<std::string_view, PaddingMode>, 3> kPaddings = {
    {{"longest", PaddingMode::longest},
     {"fixed", PaddingMode::fixed},
     {"none", PaddingMode::none}}};

template <std::size_t N>
bool is_of(const std::array<const char*, N>& keys, std::string_view key) {
  return std::any_of(keys.begin(), keys.end(), [&](const char* known) { return key == known; });
}

Result<void> check_keys(const Json& json) {
  if (!json.is_object()) return invalid_argument("a text's settings have to be an object");
  const bool plain = json.contains("text");
  for (const auto& [key, value] : json.items()) {
    if (value.is_null()) return invalid_argument(fmt::format("\"{}\" is null; leave it out", key));
    const bool of_text = is_of(kTextKeys, key);
    if (!of_text && !is_of(kTokenKeys, key)) {
      return invalid_argument(fmt::format("unknown key \"{}\"; known: {}, {}", key,
                                          fmt::join(kTokenKeys, ", "), fmt::join(kTextKeys, ", ")));
    }
    if (of_text != plain) {
      return invalid_argument(
          plain ? fmt::format("\"{}\" has no effect: with \"text\" the model takes the text itself",
                              key)
                : fmt::format("\"{}\" has no effect without \"text\"", key));
    }
  }
  return {};
}

Result<PaddingMode> padding_at(const Json& json) {
  GLOWPLUG_ASSIGN(const std::string name, compile::text_at(json, "padding", "longest"));
  for (const auto& [known, mode] : kPaddings) {
    if (name == known) return mode;
  }
  return invalid_argument(
      fmt::format("\"padding\" has to be longest, fixed or none, not \"{}\"", name));
}

Result<void> read_name(const Json& json, const char* key, std::string& to) {
  GLOWPLUG_ASSIGN(to, compile::text_at(json, key, to));
  if (to.empty()) return invalid_argument(fmt::format("\"{}\" is empty", key));
  return {};
}

Result<TextSpec> read_tokens(const Json& json) {
  TextSpec spec;
  if (json.contains("max_length")) {
    GLOWPLUG_ASSIGN(spec.max_length, compile::number_at(json, "max_length"));
    if (spec.max_length == 0U) return invalid_argument("\"max_length\" has to be at least 1");
  }
  GLOWPLUG_ASSIGN(spec.padding, padding_at(json));
  GLOWPLUG_ASSIGN(spec.pair, compile::flag_at(json, "pair", false));
  GLOWPLUG_ASSIGN(spec.normalize, compile::flag_at(json, "normalize", false));
  if (json.contains("pooling")) {
    GLOWPLUG_ASSIGN(const std::string name, compile::text_at(json, "pooling"));
    spec.pooling = pooling_named(name);
    if (!spec.pooling) {
      return invalid_argument(
          fmt::format("\"pooling\" has to be cls, mean, max or lasttoken, not \"{}\"", name));
    }
  }
  if (spec.normalize && !spec.pooling)
    return invalid_argument("\"normalize\" has no effect without \"pooling\"");
  GLOWPLUG_TRY(read_name(json, "input_ids", spec.input_ids));
  GLOWPLUG_TRY(read_name(json, "attention_mask", spec.attention_mask));
  GLOWPLUG_TRY(read_name(json, "token_type_ids", spec.token_type_ids));
  return spec;
}

Tensor whole_numbers(std::span<const Encoding> encodings, Datatype datatype, const auto& list_of) {
  const std::size_t tokens = encodings.empty() ? 0 : encodings[0].size();
  Tensor tensor{datatype,
                {static_cast<std::int64_t>(encodings.size()), static_cast<std::int64_t>(tokens)},
                {}};
  const std::size_t size = element_size(datatype);
  tensor.bytes.resize(encodings.size() * tokens * size);
  std::byte* to = tensor.bytes.data();
  for (const Encoding& encoding : encodings) {
    for (const auto element : list_of(encoding)) {
      const std::int64_t value = element;
      std::memcpy(to, &value, size);  // little-endian
      to += size;
    }
  }
  return tensor;
}

std::string in_lower_case(std::string_view bytes) {
  const std::string text = repair_utf8(bytes);
  std::string low;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t point = next_point(text, at);
    append_point(low, lower(point));
    if (point == 0x130) append_point(low, 0x307);
  }
  return low;
}

}  // namespace

Result<TextSpec> text_spec_from_json(const Json& json) {
  GLOWPLUG_TRY(check_keys(json));
  if (!json.contains("text")) return read_tokens(json);
  TextSpec spec;
  GLOWPLUG_ASSIGN(spec.text, compile::text_at(json, "text"));
  if (spec.text->empty()) return invalid_argument("\"text\" is empty");
  GLOWPLUG_ASSIGN(spec.lowercase, compile::flag_at(json, "lowercase", false));
  return spec;
}

Json to_json(const TextSpec& spec) {
  Json json = Json::object();
  if (spec.text) {
    json["text"] = *spec.text;
    if (spec.lowercase) json["lowercase"] = true;
    return json;
  }
  if (spec.max_length) json["max_length"] = *spec.max_length;
  for (const auto& [name, mode] : kPaddings) {
    if (mode == spec.padding && mode != PaddingMode::longest) json["padding"] = name;
  }
  if (spec.pair) json["pair"] = true;
  if (spec.pooling) json["pooling"] = name_of(*spec.pooling);
  if (spec.normalize) json["normalize"] = true;
  const TextSpec defaults;
  if (spec.input_ids != defaults.input_ids) json["input_ids"] = spec.input_ids;
  if (spec.attention_mask != defaults.attention_mask) json["attention_mask"] = spec.attention_mask;
  if (spec.token_type_ids != defaults.token_type_ids) json["token_type_ids"] = spec.token_type_ids;
  return json;
}

Result<EncodeOptions> encode_options(const TextSpec& spec, const Tokenizer& tokenizer) {
  EncodeOptions options = tokenizer.defaults();
  auto length = spec.max_length;
  if (!length && options.truncation) length = options.truncation->max_length;
  if (!length) length = tokenizer.model_max_length();
  if (length) {
    if (!options.truncation)
      options.truncation =
          Truncation{*length, Strategy::longest_first, tokenizer.truncation_side()};
    options.truncation->max_length = *length;
  }
  options.padding.reset();
  if (spec.padding == PaddingMode::none) return options;
  options.padding = tokenizer.padding();
  options.padding->fixed.reset();
  if (spec.padding == PaddingMode::fixed) {
    if (!length)
      return invalid_argument(
          "\"padding\": \"fixed\" needs \"max_length\", and the tokenizer has none");
    options.padding->fixed = length;
  }
  return options;
}

Result<TokenTensors> token_tensors(std::span<const Encoding> encodings, Datatype datatype) {
  if (datatype != Datatype::int64 && datatype != Datatype::int32) {
    return invalid_argument(fmt::format("token ids are INT64 or INT32, not {}", name_of(datatype)));
  }
  for (const Encoding& encoding : encodings) {
    if (encoding.size() != encodings[0].size()) {
      return invalid_argument(
          fmt::format("texts of {} and {} tokens make no tensor without padding",
                      encodings[0].size(), encoding.size()));
    }
  }
  return TokenTensors{
      whole_numbers(encodings, datatype,
                    [](const Encoding& one) -> const auto& { return one.ids; }),
      whole_numbers(encodings, datatype,
                    [](const Encoding& one) -> const auto& { return one.attention_mask; }),
      whole_numbers(encodings, datatype,
                    [](const Encoding& one) -> const auto& { return one.type_ids; })};
}

Tensor text_tensor(std::span<const std::string_view> texts, const TextSpec& spec) {
  Tensor tensor{Datatype::bytes, {static_cast<std::int64_t>(texts.size())}, {}};
  for (const std::string_view text : texts) {
    append_bytes_element(tensor.bytes, spec.lowercase ? in_lower_case(text) : std::string(text));
  }
  return tensor;
}

}  // namespace glowplug::handler::text
