#pragma once
#include <memory>
#include <string>

#include "base/result.h"
#include "front/oip/infer_reader.h"
#include "model/infer_request.h"
#include "model/signature.h"

namespace glowplug::front::oip {

/// A raw request: the body is the one input's bytes (read_infer says how). Errors:
/// invalid_argument, too_large.
[[nodiscard]] Result<InferRequest> read_raw(std::unique_ptr<std::string> body,
                                            const Signature& signature, const InferLimits& limits);

/// The bytes of a binary tensor: check_tensor, and BOOL holds only 0 and 1. Errors:
/// invalid_argument.
[[nodiscard]] Result<void> check_binary(const TensorView& tensor);

}  // namespace glowplug::front::oip
