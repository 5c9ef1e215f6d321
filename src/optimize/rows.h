#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug::optimize {

/// Inputs of one run in signature order, nullopt for an optional one left out.
using Inputs = std::vector<std::optional<Tensor>>;

/// Tensors laid one after the other along dimension 0. They have one datatype and, but for
/// dimension 0, one shape of rank 1 or more. At least one.
[[nodiscard]] Tensor concatenate(std::span<const Tensor> parts);
/// The same for each input of several runs that leave out the same inputs.
[[nodiscard]] Inputs concatenate(std::span<const Inputs> runs);
/// Row `index` of dimension 0, as a tensor with one row. Errors: invalid_argument (no such row).
[[nodiscard]] Result<Tensor> row_of(const Tensor& tensor, std::int64_t index);

}  // namespace glowplug::optimize
