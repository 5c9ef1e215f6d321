#pragma once
#include <cstddef>
#include <vector>

#include "model/tensor.h"

namespace glowplug::optimize {

[[nodiscard]] bool is_floating(Datatype datatype);  ///< FP16, BF16, FP32, FP64

/// The elements as doubles: FP16, BF16, FP32, FP64, BOOL and integers; those of INT64 and UINT64
/// beyond 2^53 are rounded. Not for BYTES.
[[nodiscard]] std::vector<double> numbers_of(const TensorView& tensor);

/// Appends one element. `number` must be one that the datatype holds exactly. Not for BYTES.
void append_number(std::vector<std::byte>& to, Datatype datatype, double number);

}  // namespace glowplug::optimize
