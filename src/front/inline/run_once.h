#pragma once
#include <optional>
#include <span>

#include "engine/engine.h"

namespace glowplug::front {

/// Runs the session for all its outputs and throws them away: a first run, which makes later ones
/// faster. Errors: those of the session.
[[nodiscard]] Result<void> run_once(engine::Session& session,
                                    std::span<const std::optional<Tensor>> inputs);

}  // namespace glowplug::front
