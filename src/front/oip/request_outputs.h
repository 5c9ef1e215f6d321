#pragma once
#include <span>
#include <vector>

#include "base/result.h"
#include "front/oip/envelope.h"
#include "model/infer_request.h"
#include "model/signature.h"

namespace glowplug::front::oip {

/// The outputs that a request asks for: those listed, or all in the model's order. What could not
/// be answered in the form asked for is refused now, before the model runs.
/// `binary`: the request's default; an output's own `binary_data` overrides it.
/// Errors: invalid_argument (unknown, twice, not to be classified, or JSON of FP16 or BF16).
[[nodiscard]] Result<std::vector<RequestedOutput>> requested_outputs(
    std::span<const EnvelopeOutput> listed, bool binary, const Signature& signature);

}  // namespace glowplug::front::oip
