#pragma once
#include <string>

#include "cli/declaration/declaration.h"

namespace glowplug::cli {

/// docs/cli/README.md: verbs by step, global flags, exit codes, streams.
[[nodiscard]] std::string index_page(const Program& program);
/// docs/cli/VERB.md.
[[nodiscard]] std::string verb_page(const Program& program, const Verb& verb);

}  // namespace glowplug::cli
