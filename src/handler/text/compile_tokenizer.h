#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug::handler::text {

/// Makes the flat file that Tokenizer::open uses in place, of a tokenizer.json of Hugging Face's
/// `tokenizers` (version 1.0). `tokenizer_config_json`, which may be empty, adds model_max_length,
/// the padding token and the sides. For export: takes a second for 250,000 pieces. Errors:
/// invalid_argument (a broken file, by place and key); unimplemented (a kind or an option that is
/// not supported, by name, with those that are); too_large (2^24 states of the vocabulary).
[[nodiscard]] Result<std::vector<std::byte>> compile_tokenizer(
    std::string_view tokenizer_json, std::string_view tokenizer_config_json = {});

}  // namespace glowplug::handler::text
