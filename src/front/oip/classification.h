#pragma once
#include <cstdint>
#include <span>
#include <string>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug::front::oip {

/// The protocol's classification extension: of each row the `k` largest values (or all, if there
/// are fewer) as BYTES elements "value:index" or "value:index:label", largest first, lower index
/// first among equals, NaN last. Floats are written with six decimals.
///
/// `batched`: dimension 0 counts rows and the answer is [rows, k]; else the whole tensor is one
/// row and the answer is [k]. `labels` may be shorter than a row. The tensor's bytes fit its shape.
/// Errors: invalid_argument (a datatype that has no order; more than 1,000,000 values in a row).
[[nodiscard]] Result<Tensor> classify(const Tensor& tensor, std::int64_t k, bool batched,
                                      std::span<const std::string> labels);

}  // namespace glowplug::front::oip
