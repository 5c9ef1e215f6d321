#pragma once
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug::optimize {

/// How far the native engine's floats may lie from ONNX Runtime's, of the largest in the tensor: as
/// for prepared forms (compare.h).
inline constexpr double kNativeTolerance = 1e-4;
inline constexpr std::string_view kNativeToleranceReason =
    "both compute in FP32 and add sums in another order; networks and exponents amplify the last "
    "bits. Whole numbers and texts are equal, but for labels of classes whose scores are equal "
    "within the tolerance";

struct Agreement {
  double largest_difference = 0;  ///< of the largest value of its tensor
  std::size_t elements = 0;
  std::size_t tied_labels = 0;  ///< other labels, the scores being equal within the tolerance
};

/// Adds what one run showed. Errors: failed_precondition, naming the output and both values, unless
/// the answers agree.
[[nodiscard]] Result<void> compare_answers(std::span<const TensorSpec> outputs,
                                           std::span<const Tensor> expected,
                                           std::span<const Tensor> got, Agreement& agreement);

}  // namespace glowplug::optimize
