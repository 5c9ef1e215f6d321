#pragma once
#include <map>
#include <string>

#include "cli/declaration/declaration.h"

namespace glowplug::cli {

/// Everything in the repository that is written from the declaration: path from the repository's
/// root → content (docs/cli/*.md, docs/man/*.1, docs/completion/*).
[[nodiscard]] std::map<std::string, std::string> documents(const Program& program);

}  // namespace glowplug::cli
