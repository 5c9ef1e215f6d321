#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "engine/engine.h"

namespace glowplug::runtime {

/// Inputs for a first run: the bundle's first sample (by name) if there is one that fits, else
/// zeros of the signature's shapes, with 1 for dimensions that vary. Zeros, too, where the sample
/// is large and only the number of rows varies.
[[nodiscard]] std::vector<std::optional<Tensor>> warm_up_inputs(
    const Signature& signature, const std::filesystem::path& bundle);

/// Runs once, so that what an engine sets up in its first run is there before the first request.
/// Errors: those of the run; a model may refuse zeros.
[[nodiscard]] Result<void> warm_up(engine::Session& session, const std::filesystem::path& bundle);

/// Gives the bundle's sample event to its handler and compares the answer with the one that export
/// got. Nothing where there is no sample. Errors: failed_precondition (another answer, with both),
/// those of the run.
[[nodiscard]] Result<void> check_event(engine::Session& events,
                                       const std::filesystem::path& bundle);

}  // namespace glowplug::runtime
