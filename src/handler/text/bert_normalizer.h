#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace glowplug::handler::text {

/// BertNormalizer: clean_text, then spaces around Chinese characters, then accents, then lower
/// case. `flags`: flat::BertFlag. `text` is well-formed UTF-8; `origin`: see origin.h.
void bert_normalize(std::string& text, std::uint32_t flags, std::size_t& origin);

}  // namespace glowplug::handler::text
