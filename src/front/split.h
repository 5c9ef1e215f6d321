#pragma once
#include "model/infer_request.h"

namespace glowplug::front {

/// Whether two requests may be rows of one run: the same kind, the same inputs
/// present, and shapes equal but for dimension 0.
[[nodiscard]] bool may_run_together(const InferRequest& a, const InferRequest& b);

}  // namespace glowplug::front
