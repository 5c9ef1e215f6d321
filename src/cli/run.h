#pragma once
#include <span>
#include <string>

#include "cli/terminal/terminal.h"

namespace glowplug::cli {

/// The whole program: reads the words after its name, runs the verb, shows what came out. Returns
/// the exit code.
[[nodiscard]] int run(std::span<const std::string> words, const TerminalFacts& facts,
                      const Lookup& environment);

}  // namespace glowplug::cli
