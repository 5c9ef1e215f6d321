#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug {

/// Tensors one after another as bytes, for answers that cross from an instance to its gateway.
/// Each: datatype (1 byte), number of dimensions (1 byte), the dimensions (int64 each), the number
/// of bytes (uint64), the bytes; all little-endian. No padding.
[[nodiscard]] std::string write_tensor_list(std::span<const Tensor> tensors);

/// Errors: invalid_argument (write_tensor_list did not write it: a tensor is cut off, or does not
/// fit its shape; more than 256 tensors).
[[nodiscard]] Result<std::vector<Tensor>> read_tensor_list(std::string_view bytes);

}  // namespace glowplug
