#pragma once
#include <cstddef>
#include <string_view>

namespace glowplug::engine::native {

/// Columns of a matrix that lie together: a matrix of [depth, columns] is stored as
/// [ceil(columns / 16), depth, 16], the last panel filled up with zeros.
inline constexpr std::size_t kPanelWidth = 16;
[[nodiscard]] constexpr std::size_t panels_of(std::size_t columns) {
  return (columns + kPanelWidth - 1) / kPanelWidth;
}

/// out[i, j] = clamp(sum over k of a[i, k] * b[k, j] + row_bias[i] + column_bias[j], low, high).
struct MatrixProduct {
  const float* a = nullptr;
  std::size_t a_stride = 0;  ///< elements from one row to the next
  std::size_t rows = 0;
  std::size_t depth = 0;
  const float* panels = nullptr;  ///< b, see kPanelWidth
  /// Where row k of b begins, from `panels` on, with panels side by side: an image that a
  /// convolution goes over, of which up to 15 elements after the last column are read as well.
  /// Null: b lies in panels.
  const std::size_t* offsets = nullptr;
  std::size_t columns = 0;
  float* out = nullptr;
  std::size_t out_stride = 0;
  const float* row_bias = nullptr;     ///< null: none
  const float* column_bias = nullptr;  ///< null: none
  bool clamped = false;
  float low = 0;
  float high = 0;
};

/// The inner loops, compiled for one level of CPU. All take pointers at any multiple of 4.
struct Kernels {
  std::string_view level;  ///< "baseline", "avx2", "avx512"
  void (*multiply)(const MatrixProduct& product);
  /// Each of `count` elements; `out` may be `x`. At most 2 ulp off; NaN stays NaN.
  void (*exponential)(const float* x, float* out, std::size_t count);
  void (*sigmoid)(const float* x, float* out, std::size_t count);
  void (*tanh)(const float* x, float* out, std::size_t count);
};

extern const Kernels kBaselineKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

/// The best that this CPU and operating system can run.
[[nodiscard]] const Kernels& kernels_of_this_cpu();

}  // namespace glowplug::engine::native
