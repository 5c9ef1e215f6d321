#pragma once
#include <cstdint>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug {

/// The rows [first, first + rows) of a tensor whose dimension 0 is all the rows of a batch.
/// Errors: internal (the model did not give one row for each row that it got).
[[nodiscard]] Result<Tensor> take_rows(const Tensor& tensor, std::int64_t batch_rows,
                                       std::int64_t first, std::int64_t rows);

}  // namespace glowplug
