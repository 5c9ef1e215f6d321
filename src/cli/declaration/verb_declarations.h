#pragma once
#include <string>
#include <vector>

#include "cli/declaration/declaration.h"

namespace glowplug::cli {

// One for each verb: what it is called, takes and says.
[[nodiscard]] Verb up();
[[nodiscard]] Verb export_verb();
[[nodiscard]] Verb inspect();
[[nodiscard]] Verb serve();
[[nodiscard]] Verb invoke();
[[nodiscard]] Verb coldstart();
[[nodiscard]] Verb functions();
[[nodiscard]] Verb add();
[[nodiscard]] Verb alias();
[[nodiscard]] Verb remove();
[[nodiscard]] Verb clean();

/// The lists one after the other.
[[nodiscard]] std::vector<Flag> joined(std::vector<std::vector<Flag>> lists);
/// --name.
[[nodiscard]] Flag name_flag(std::string help);

}  // namespace glowplug::cli
