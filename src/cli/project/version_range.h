#pragma once
#include <string_view>

#include "base/result.h"

namespace glowplug::cli {

/// Whether `version` ("0.1.0") is in `range`: one or more of `>=`, `>`, `<=`, `<`, `==` with a
/// version of one to three numbers, all of which have to hold: ">=0.1, <1". Errors:
/// invalid_argument (not a range).
[[nodiscard]] Result<bool> in_version_range(std::string_view version, std::string_view range);

}  // namespace glowplug::cli
