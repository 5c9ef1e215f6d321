#pragma once
#include <cstdint>
#include <string>

namespace glowplug::handler::text {

/// BertNormalizer: clean_text, then spaces around Chinese characters, then accents, then lower
/// case. `flags`: flat::BertFlag. `text` is well-formed UTF-8; `at_origin` as for Normalizer.
void bert_normalize(std::string& text, std::uint32_t flags, bool& at_origin);

}  // namespace glowplug::handler::text
