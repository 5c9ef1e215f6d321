#pragma once
#include <cstdint>
#include <span>

#include "base/result.h"

namespace glowplug::engine::native {

/// How a window moves along one dimension of an image.
struct WindowAxis {
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t begin = 0;  ///< padding before and after
  std::int64_t end = 0;
  std::int64_t size = 0;   ///< of the input
  std::int64_t steps = 0;  ///< of the output

  /// First input place below output place `at`; may be negative.
  [[nodiscard]] std::int64_t first(std::int64_t at) const { return at * stride - begin; }
};

/// Where padding comes from; ONNX's auto_pad.
enum class Padding : std::int64_t { given, same_upper, same_lower };

/// A window over [.., height, width]. As parameters of an operation, from `first` on: kernel (2),
/// strides (2), dilations (2), pads (4: top, left, bottom, right), Padding, 1 to round the number
/// of steps up.
struct Window {
  static constexpr std::size_t kParameters = 12;
  WindowAxis height;
  WindowAxis width;

  /// Errors: invalid_argument (numbers that no window has, or one larger than the image). All are
  /// bounded by 2^20, so sums and products of two fit.
  [[nodiscard]] static Result<Window> create(std::span<const std::int64_t> parameters,
                                             std::int64_t height, std::int64_t width);
};

}  // namespace glowplug::engine::native
