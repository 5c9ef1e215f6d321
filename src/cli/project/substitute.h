#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/terminal/terminal.h"

namespace glowplug::cli {

/// `text` with each ${env:NAME} replaced by that variable. Nothing else is computed. Errors:
/// invalid_argument (a variable that is not set, another ${…}, one that is not closed).
[[nodiscard]] Result<std::string> substitute(std::string_view text, const Lookup& environment);

}  // namespace glowplug::cli
