#include <fmt/format.h>

#include <array>

#include "handler/text/compile/parts.h"
#include "handler/text/regex/pattern.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text::compile {
namespace {

using StepKind = flat::PreTokenizerStep::Kind;
using Step = flat::PreTokenizerStep;
constexpr std::string_view kKnownPreTokenizers =
    "BertPreTokenizer, ByteLevel, CharDelimiterSplit, Metaspace, Whitespace, WhitespaceSplit, "
    "Split, Punctuation, Digits, UnicodeScripts, FixedLength, Sequence";

Result<flat::Behavior> behavior_at(const Json& json, std::string_view otherwise) {
  GLOWPLUG_ASSIGN(const std::string name, text_at(json, "behavior", otherwise));
  constexpr std::array<std::pair<std::string_view, flat::Behavior>, 5> kNames = {
      {{"Removed", flat::Behavior::removed},
       {"Isolated", flat::Behavior::isolated},
       {"MergedWithPrevious", flat::Behavior::merged_with_previous},
       {"MergedWithNext", flat::Behavior::merged_with_next},
       {"Contiguous", flat::Behavior::contiguous}}};
  for (const auto& [known, behavior] : kNames) {
    if (name == known) return behavior;
  }
  return unsupported("split behavior", name,
                     "Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous");
}

Result<flat::StringRef> character_at(const Json& json, const char* key, flat::Writer& to) {
  GLOWPLUG_ASSIGN(const std::string text, text_at(json, key));
  if (count_points(text) != 1)
    return invalid_argument(fmt::format("\"{}\" has to be one character", key));
  return to.add_string(text);
}

Result<Step> byte_level(const Json& json) {
  GLOWPLUG_ASSIGN(const bool prefix, flag_at(json, "add_prefix_space", true));
  GLOWPLUG_ASSIGN(const bool regex, flag_at(json, "use_regex", true));
  const std::uint32_t flags =
      (prefix ? flat::add_prefix_space : 0U) | (regex ? flat::use_regex : 0U);
  return Step{StepKind::byte_level, flags, {}, {}};
}

/// `add_prefix_space` is the old style, `prepend_scheme` and `split` the new one.
Result<Step> metaspace(const Json& json, flat::Writer& to) {
  Step step{StepKind::metaspace, 0, {}, {}};
  GLOWPLUG_ASSIGN(step.pattern, character_at(json, "replacement", to));
  GLOWPLUG_ASSIGN(std::string scheme, text_at(json, "prepend_scheme", "always"));
  GLOWPLUG_ASSIGN(const bool prefix, flag_at(json, "add_prefix_space", true));
  GLOWPLUG_ASSIGN(const bool split, flag_at(json, "split", true));
  if (!prefix) {
    if (scheme != "never" && !member(json, "prepend_scheme").is_null()) {
      return invalid_argument("Metaspace: \"add_prefix_space\" contradicts \"prepend_scheme\"");
    }
    scheme = "never";
  }
  if (scheme == "always") {
    step.flags = flat::prepend_always;
  } else if (scheme == "first") {
    step.flags = flat::prepend_first;
  } else if (scheme != "never") {
    return unsupported("prepend_scheme", scheme, "always, first, never");
  }
  if (split) step.flags |= flat::metaspace_split;
  return step;
}

Result<Step> split(const Json& json, flat::Writer& to) {
  Step step{StepKind::split_string, 0, {}, {}};
  GLOWPLUG_ASSIGN(step.behavior, behavior_at(json, "Isolated"));
  GLOWPLUG_ASSIGN(const bool invert, flag_at(json, "invert", false));
  step.flags = invert ? 1 : 0;
  const Json& pattern = member(json, "pattern");
  if (!member(pattern, "Regex").is_null()) {
    step.kind = StepKind::split_regex;
    GLOWPLUG_ASSIGN(const std::string regex, text_at(pattern, "Regex"));
    GLOWPLUG_TRY(Pattern::compile(regex));
    step.pattern = to.add_string(regex);
    return step;
  }
  GLOWPLUG_ASSIGN(const std::string text, text_at(pattern, "String"));
  step.pattern = to.add_string(text);
  return step;
}

Result<Step> pre_tokenizer_step(const Json& json, flat::Writer& to) {
  GLOWPLUG_ASSIGN(const std::string type, text_at(json, "type"));
  Step step{StepKind::bert, 0, flat::Behavior::removed, {}};
  if (type == "BertPreTokenizer") return step;
  if (type == "ByteLevel") return byte_level(json);
  if (type == "Metaspace") return metaspace(json, to);
  if (type == "Split") return split(json, to);
  if (type == "CharDelimiterSplit" || type == "Delimiter") {
    step.kind = StepKind::delimiter;
    GLOWPLUG_ASSIGN(step.pattern, character_at(json, "delimiter", to));
  } else if (type == "Whitespace") {
    step.kind = StepKind::whitespace;
  } else if (type == "WhitespaceSplit") {
    step.kind = StepKind::whitespace_split;
  } else if (type == "Punctuation") {
    step.kind = StepKind::punctuation;
    GLOWPLUG_ASSIGN(step.behavior, behavior_at(json, "Isolated"));
  } else if (type == "Digits") {
    step.kind = StepKind::digits;
    GLOWPLUG_ASSIGN(const bool individual, flag_at(json, "individual_digits", false));
    step.flags = individual ? 1 : 0;
  } else if (type == "UnicodeScripts") {
    step.kind = StepKind::scripts;
  } else if (type == "FixedLength") {
    step.kind = StepKind::fixed_length;
    GLOWPLUG_ASSIGN(step.flags, number_at(json, "length", 5));
    if (step.flags == 0) return invalid_argument("\"length\" has to be at least 1");
  } else {
    return unsupported("pre-tokenizer", type, kKnownPreTokenizers);
  }
  return step;
}

}  // namespace

Result<void> pre_tokenizer(const Json& json, flat::Writer& to) {
  for (const Json* step : steps(json, "pretokenizers")) {
    GLOWPLUG_ASSIGN(const auto record, pre_tokenizer_step(*step, to));
    to.append(flat::Section::pre_tokenizers, record);
  }
  return {};
}

}  // namespace glowplug::handler::text::compile
