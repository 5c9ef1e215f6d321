#pragma once
#include "base/result.h"
#include "model/infer_request.h"

namespace glowplug::front::oip {

/// Takes the parameters that the protocol reserves out of `request.parameters`: `timeout` goes to
/// `request.timeout`, `priority` must be an integer of at least 0 and has no effect, sequence_* may
/// only say that there is none. Returns `binary_data_output`, false if absent.
/// Errors: invalid_argument (wrong kind; a key that starts with "triton_"), unimplemented (a
/// sequence).
[[nodiscard]] Result<bool> take_reserved_parameters(InferRequest& request);

}  // namespace glowplug::front::oip
