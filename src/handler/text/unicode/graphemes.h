#pragma once
#include <cstddef>
#include <string_view>

namespace glowplug::handler::text {

/// Size of the extended grapheme cluster (UAX #29, Unicode 17) that begins at `at`. `text` is
/// well-formed UTF-8, and `at` a boundary in it before its end.
[[nodiscard]] std::size_t grapheme_size(std::string_view text, std::size_t at);

}  // namespace glowplug::handler::text
