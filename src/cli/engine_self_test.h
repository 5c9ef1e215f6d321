#pragma once
#include <string>

#include "base/result.h"
#include "model/runner.h"

namespace glowplug::cli {

/// Runs a model of 65 bytes (Identity, FP32[2]) through `runners`: shows that the handler starts,
/// the engine's library opens in it and answers come back right. Returns the engine's version, as
/// it says it. Errors: what went wrong on the way.
[[nodiscard]] Result<std::string> test_engine(RunnerFactory& runners);

}  // namespace glowplug::cli
