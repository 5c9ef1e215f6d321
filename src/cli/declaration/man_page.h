#pragma once
#include <string>

#include "cli/declaration/declaration.h"

namespace glowplug::cli {

/// glowplug.1 and glowplug-VERB.1 in the man macros of man(7).
[[nodiscard]] std::string root_man_page(const Program& program);
[[nodiscard]] std::string verb_man_page(const Program& program, const Verb& verb);

}  // namespace glowplug::cli
