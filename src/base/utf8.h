#pragma once
#include <string_view>

namespace glowplug {

/// Whether `text` is well-formed UTF-8 (Unicode 15, table 3-7: no surrogates, no overlong forms,
/// nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace glowplug
