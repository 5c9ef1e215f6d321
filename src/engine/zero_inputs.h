#pragma once
#include <optional>
#include <vector>

#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug::engine {

/// One input each of a signature, of zeros or empty text, with 1 for dimensions that vary; optional
/// ones are left out. Enough for a first run of most models; one may refuse zeros.
[[nodiscard]] std::vector<std::optional<Tensor>> zero_inputs(const Signature& signature);

}  // namespace glowplug::engine
