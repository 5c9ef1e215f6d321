// Truncation and padding of tokenizer.json, and what tokenizer_config.json says of both.
#include <fmt/format.h>

#include "handler/text/compile/parts.h"

namespace glowplug::handler::text::compile {
namespace {

Result<flat::Side> side_of(std::string_view name) {
  if (name == "Right" || name == "right") return flat::Side::right;
  if (name == "Left" || name == "left") return flat::Side::left;
  return unsupported("side", name, "left, right");
}

Result<flat::Strategy> strategy_of(std::string_view name) {
  if (name == "LongestFirst") return flat::Strategy::longest_first;
  if (name == "OnlyFirst") return flat::Strategy::only_first;
  if (name == "OnlySecond") return flat::Strategy::only_second;
  return unsupported("truncation strategy", name, "LongestFirst, OnlyFirst, OnlySecond");
}

/// A token of tokenizer_config.json: its text, or an object that has it.
std::string token_text(const Json& json) {
  const Json& text = json.is_object() ? member(json, "content") : json;
  return text.is_string() ? text.get<std::string>() : std::string();
}

}  // namespace

Result<void> truncation(const Json& json, flat::Writer& to) {
  if (json.is_null()) return {};
  flat::TruncationRecord& record = to.header().truncation;
  GLOWPLUG_ASSIGN(record.max_length, number_at(json, "max_length"));
  GLOWPLUG_ASSIGN(const std::string side, text_at(json, "direction", "Right"));
  GLOWPLUG_ASSIGN(record.side, side_of(side));
  GLOWPLUG_ASSIGN(const std::string strategy, text_at(json, "strategy", "LongestFirst"));
  GLOWPLUG_ASSIGN(record.strategy, strategy_of(strategy));
  record.present = 1;
  return {};
}

Result<void> padding(const Json& json, flat::Writer& to) {
  if (json.is_null()) return {};
  flat::PaddingRecord& record = to.header().padding;
  const Json& strategy = member(json, "strategy");
  if (strategy.is_object()) {
    GLOWPLUG_ASSIGN(record.fixed, number_at(strategy, "Fixed"));
  } else {
    GLOWPLUG_ASSIGN(const std::string name, text_at(json, "strategy"));
    if (name != "BatchLongest") {
      return unsupported("padding strategy", name, "BatchLongest, Fixed");
    }
  }
  GLOWPLUG_ASSIGN(const std::string side, text_at(json, "direction", "Right"));
  GLOWPLUG_ASSIGN(record.side, side_of(side));
  GLOWPLUG_ASSIGN(record.multiple_of, number_at(json, "pad_to_multiple_of", 0));
  GLOWPLUG_ASSIGN(record.id, number_at(json, "pad_id", 0));
  GLOWPLUG_ASSIGN(record.type_id, number_at(json, "pad_type_id", 0));
  record.present = 1;
  return {};
}

Result<std::optional<std::uint32_t>> model_max_length(const Json& json) {
  const Json& most = member(json, "model_max_length");
  if (most.is_null()) return std::optional<std::uint32_t>();
  if (!most.is_number() || !(most.get<double>() >= 1)) {
    return invalid_argument("\"model_max_length\" has to be a number from 1");
  }
  const double length = most.get<double>();
  if (length >= 0x7FFFFFFF) return std::optional<std::uint32_t>();  // "no limit" is written as 1e30
  return std::optional(static_cast<std::uint32_t>(length));
}

Result<void> config(const Json& json, const Vocabulary& ids, flat::Writer& to) {
  flat::Header& header = to.header();
  GLOWPLUG_ASSIGN(const auto most, model_max_length(json));
  if (most) header.model_max_length = *most;
  if (header.truncation.present == 0) {
    GLOWPLUG_ASSIGN(const std::string side, text_at(json, "truncation_side", "right"));
    GLOWPLUG_ASSIGN(header.truncation.side, side_of(side));
  }
  if (header.padding.present != 0) return {};
  GLOWPLUG_ASSIGN(const std::string side, text_at(json, "padding_side", "right"));
  GLOWPLUG_ASSIGN(header.padding.side, side_of(side));
  for (const std::string& text :
       {token_text(member(json, "pad_token")), std::string("[PAD]"), std::string("<pad>")}) {
    if (const auto found = ids.find(text); found != ids.end()) {
      header.padding.id = found->second;
      break;
    }
  }
  return {};
}

}  // namespace glowplug::handler::text::compile
