#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "model/infer_request.h"
#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug::front {

/// Whether two requests may be rows of one run: the same kind, the same inputs
/// present, and shapes equal but for dimension 0.
[[nodiscard]] bool may_run_together(const InferRequest& a, const InferRequest& b);

/// The rows [first, first + rows) of a tensor whose dimension 0 is all the rows of a batch.
/// `bytes_offsets` speeds BYTES tensors up and may be empty. Errors: internal (the model did not
/// give one row for each row that it got).
[[nodiscard]] Result<Tensor> take_rows(const Tensor& tensor, std::int64_t batch_rows,
                                       std::int64_t first, std::int64_t rows);

}  // namespace glowplug::front
