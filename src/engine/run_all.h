#pragma once
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"

namespace glowplug::engine {

/// Runs the session once for all its outputs, in signature order. Errors: those of the session.
[[nodiscard]] Result<std::vector<Tensor>> run_all(Session& session,
                                                  std::span<const std::optional<Tensor>> inputs);
/// For its first `outputs` ones: what answers events has more than its signature says.
[[nodiscard]] Result<std::vector<Tensor>> run_all(Session& session,
                                                  std::span<const std::optional<Tensor>> inputs,
                                                  std::size_t outputs);

}  // namespace glowplug::engine
