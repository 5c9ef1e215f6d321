#pragma once
#include "runtime/open_engine.h"

namespace glowplug::runtime {

/// The program `glowplug-handler` with the engines that `open` knows. Returns or exits with its
/// exit code: 0 done, 1 could not, 64 wrong usage.
[[nodiscard]] int run_handler(int argc, char** argv, const OpenEngine& open);

}  // namespace glowplug::runtime
