#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug::optimize {

/// How far two answers of one output lie apart.
struct OutputDifference {
  std::string output;
  double max_absolute = 0;     ///< largest |a - b|; infinite where only one is NaN or infinite
  double max_relative = 0;     ///< largest |a - b| / max(|a|, |b|, scale of the output)
  std::size_t mismatches = 0;  ///< elements that are not equal to the bit
  std::size_t elements = 0;
  bool same_shape = true;
  [[nodiscard]] bool equal() const { return same_shape && mismatches == 0; }
};

/// When two answers count as the same: equal for integers, BOOL and BYTES; for floating point, NaN
/// and infinities in the same places and every difference at most
/// absolute + relative * max(|a|, |b|).
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};
/// Of one float computation in another order: 1e-5 and 1e-4 for FP32 and FP64, 1e-2 for FP16 and
/// BF16.
[[nodiscard]] Tolerance tolerance_of(Datatype datatype);

/// Compares element by element. Both tensors are valid (check_tensor).
[[nodiscard]] OutputDifference difference(std::string_view output, const TensorView& a,
                                          const TensorView& b);
[[nodiscard]] bool within(const TensorView& a, const TensorView& b, Tolerance tolerance);
/// Keeps the larger of each figure.
void merge(OutputDifference& into, const OutputDifference& other);

}  // namespace glowplug::optimize
