#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug::optimize {

/// How far two answers of one output lie apart, over all samples that were compared.
struct OutputDifference {
  std::string output;
  std::size_t elements = 0;
  std::size_t unequal = 0;  ///< elements whose bits differ
  double max_absolute = 0;  ///< largest |a - b| of numbers
  double max_relative = 0;  ///< the same, divided by the largest |a| of its tensor
  bool comparable = true;   ///< false: another shape or datatype, NaN or infinity in other places,
                            ///< or another text
};

/// Compares `b` with the reference `a`. Both are valid (check_tensor).
[[nodiscard]] OutputDifference difference(std::string_view output, const TensorView& a,
                                          const TensorView& b);
/// One for each output. The lists hold one tensor for each of `outputs`.
[[nodiscard]] std::vector<OutputDifference> differences(std::span<const TensorSpec> outputs,
                                                        std::span<const Tensor> a,
                                                        std::span<const Tensor> b);
/// Takes the worse of each figure, output by output. An empty `into` becomes `more`.
void merge(std::vector<OutputDifference>& into, const std::vector<OutputDifference>& more);

/// The largest |a - b| / max|a| that another order of the same floating-point computation explains:
/// 1e-4 for FP32 and FP64 (whose models often compute parts in FP32), 2e-2 for FP16 and BF16; 0 for
/// all else, which must be equal.
[[nodiscard]] double relative_tolerance(Datatype datatype);
/// Whether every output agrees within `slack` times the tolerance of its datatype.
[[nodiscard]] bool agree(std::span<const TensorSpec> outputs,
                         std::span<const OutputDifference> differences, double slack = 1);
/// The largest max_relative.
[[nodiscard]] double largest_relative(std::span<const OutputDifference> differences);

}  // namespace glowplug::optimize
