#pragma once
#include <string_view>

#include "base/result.h"

namespace glowplug::bundle {

/// Name of a bundle, function or alias: 1 to 63 letters, digits, "-", "_" and ".", first a letter
/// or digit. It goes into addresses, folder names and metrics as it is. Errors: invalid_argument:
/// `what` ("function name") with what was seen and the rule.
[[nodiscard]] Result<void> check_name(std::string_view what, std::string_view name);

}  // namespace glowplug::bundle
