#pragma once
#include <string_view>

#include "cli/declaration/declaration.h"
#include "cli/terminal/failure.h"

namespace glowplug::cli {

/// What to say about a verb that is not there: another tool's name for it, the nearest of ours, or
/// the list.
[[nodiscard]] Failure unknown_verb(const Program& program, std::string_view word);
/// The same for a flag of `verb` (null: before any verb). `word` as it was typed, "--memorySize=1".
[[nodiscard]] Failure unknown_flag(const Program& program, const Verb* verb, std::string_view word);

}  // namespace glowplug::cli
