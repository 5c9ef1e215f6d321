#include <fmt/format.h>

#include <array>

#include "base/base64.h"
#include "handler/text/charsmap.h"
#include "handler/text/compile/parts.h"
#include "handler/text/regex/pattern.h"

namespace glowplug::handler::text::compile {
namespace {

using NormalizerKind = flat::NormalizerStep::Kind;
constexpr std::string_view kKnownNormalizers =
    "BertNormalizer, Strip, StripAccents, NFC, NFD, NFKC, NFKD, Sequence, Lowercase, Nmt, "
    "Precompiled, Replace, Prepend, ByteLevel";

Result<std::uint32_t> bert_flags(const Json& json) {
  GLOWPLUG_ASSIGN(const bool clean, flag_at(json, "clean_text", true));
  GLOWPLUG_ASSIGN(const bool chinese, flag_at(json, "handle_chinese_chars", true));
  GLOWPLUG_ASSIGN(const bool lowercase, flag_at(json, "lowercase", true));
  GLOWPLUG_ASSIGN(const bool accents, flag_at(json, "strip_accents", lowercase));
  return (clean ? flat::clean_text : 0U) | (chinese ? flat::chinese : 0U) |
         (accents ? flat::accents : 0U) | (lowercase ? flat::bert_lowercase : 0U);
}

Result<flat::NormalizerStep> replace(const Json& json, flat::Writer& to) {
  flat::NormalizerStep step{NormalizerKind::replace_string, 0, {}, {}};
  const Json& pattern = member(json, "pattern");
  GLOWPLUG_ASSIGN(const std::string content, text_at(json, "content"));
  step.content = to.add_string(content);
  if (!member(pattern, "Regex").is_null()) {
    step.kind = NormalizerKind::replace_regex;
    GLOWPLUG_ASSIGN(const std::string regex, text_at(pattern, "Regex"));
    GLOWPLUG_TRY(Pattern::compile(regex));
    step.pattern = to.add_string(regex);
    return step;
  }
  GLOWPLUG_ASSIGN(const std::string text, text_at(pattern, "String"));
  step.pattern = to.add_string(text);
  return step;
}

Result<flat::NormalizerStep> precompiled(const Json& json, flat::Writer& to) {
  GLOWPLUG_ASSIGN(const std::string text, text_at(json, "precompiled_charsmap"));
  GLOWPLUG_ASSIGN(const auto bytes, from_base64(text));
  const std::string_view charsmap(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!Charsmap(charsmap).sound()) return invalid_argument("\"precompiled_charsmap\" is broken");
  return flat::NormalizerStep{NormalizerKind::precompiled, 0, to.add_charsmap(charsmap), {}};
}

Result<flat::NormalizerStep> step_of(const Json& json, flat::Writer& to) {
  GLOWPLUG_ASSIGN(const std::string type, text_at(json, "type"));
  flat::NormalizerStep step{NormalizerKind::bert, 0, {}, {}};
  if (type == "BertNormalizer") {
    GLOWPLUG_ASSIGN(step.flags, bert_flags(json));
    return step;
  }
  if (type == "Strip") {
    GLOWPLUG_ASSIGN(const bool left, flag_at(json, "strip_left", false));
    GLOWPLUG_ASSIGN(const bool right, flag_at(json, "strip_right", false));
    return flat::NormalizerStep{
        NormalizerKind::strip, (left ? 1U : 0U) | (right ? 2U : 0U), {}, {}};
  }
  if (type == "Replace") return replace(json, to);
  if (type == "Precompiled") return precompiled(json, to);
  if (type == "Prepend") {
    GLOWPLUG_ASSIGN(const std::string text, text_at(json, "prepend"));
    return flat::NormalizerStep{NormalizerKind::prepend, 0, {}, to.add_string(text)};
  }
  constexpr std::array<std::pair<std::string_view, NormalizerKind>, 8> kPlain = {
      {{"StripAccents", NormalizerKind::strip_accents},
       {"NFC", NormalizerKind::nfc},
       {"NFD", NormalizerKind::nfd},
       {"NFKC", NormalizerKind::nfkc},
       {"NFKD", NormalizerKind::nfkd},
       {"Lowercase", NormalizerKind::lowercase},
       {"Nmt", NormalizerKind::nmt},
       {"ByteLevel", NormalizerKind::byte_level}}};
  for (const auto& [name, kind] : kPlain) {
    if (type == name) return flat::NormalizerStep{kind, 0, {}, {}};
  }
  return unsupported("normalizer", type, kKnownNormalizers);
}

}  // namespace

Result<void> normalizer(const Json& json, flat::Writer& to) {
  for (const Json* step : steps(json, "normalizers")) {
    GLOWPLUG_ASSIGN(const auto record, step_of(*step, to));
    to.append(flat::Section::normalizers, record);
  }
  return {};
}

}  // namespace glowplug::handler::text::compile
