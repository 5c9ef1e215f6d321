#pragma once
#include <cstddef>
#include <string_view>

namespace glowplug {

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms,
/// nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);
/// Length of the longest well-formed beginning: the place of the first bad sequence, or the size.
[[nodiscard]] std::size_t utf8_prefix(std::string_view text);

}  // namespace glowplug
