#pragma once
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/declaration/declaration.h"

namespace glowplug::cli {

/// Whether `text` is a value of `kind`. Errors: invalid_argument, with what was seen and what was
/// expected.
[[nodiscard]] Result<void> check_value(ValueKind kind, const std::vector<std::string>& choices,
                                       std::string_view text);
/// `kind` and the flag's own check.
[[nodiscard]] Result<void> check_value(const Flag& flag, std::string_view text);

}  // namespace glowplug::cli
