#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug {

/// RFC 4648 section 4: the standard alphabet with padding, on one line.
[[nodiscard]] std::string to_base64(std::span<const std::byte> bytes);
/// Strict: no white space, full padding, unused bits zero, so that equal bytes have one spelling.
/// Errors: invalid_argument naming the position.
[[nodiscard]] Result<std::vector<std::byte>> from_base64(std::string_view text);

}  // namespace glowplug
