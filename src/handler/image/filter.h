#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace glowplug::handler::image {

enum class Filter { nearest, box, bilinear, hamming, bicubic, lanczos, area };
/// "nearest", "box" …
[[nodiscard]] std::string_view name_of(Filter filter);
[[nodiscard]] std::optional<Filter> filter_named(std::string_view name);

/// What one axis of a separable resize takes of its input: output i is the sum over j < count[i] of
/// weights[i * stride + j] * input[first[i] + j]. Weights behind count[i] are 0.
template <class Weight>
struct Taps {
  std::vector<int> first;
  std::vector<int> count;
  std::vector<Weight> weights;
  int stride = 0;

  [[nodiscard]] const Weight* of(int i) const {
    return weights.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(stride);
  }
};

/// Some of the outputs of an axis.
struct Range {
  int begin = 0;
  int count = 0;
};

/// Pillow's weights (libImaging/Resample.c, precompute_coeffs), area-scaled when it shrinks: times
/// 2^22 and rounded half away from zero. `filter` is one of box, bilinear, hamming, bicubic and
/// lanczos; the sizes are at least 1.
/// Only of the outputs that are wanted, the first of which is then number 0.
[[nodiscard]] Taps<std::int32_t> pillow_taps(int input, int output, Filter filter, Range wanted);
inline constexpr int kPillowBits = 22;

/// The same weights in float32 as PyTorch computes them (aten/native/cpu/UpSampleKernel.cpp,
/// compute_indices_min_size_weights_aa), for bilinear and bicubic with antialias.
[[nodiscard]] Taps<float> torch_taps(int input, int output, Filter filter);

}  // namespace glowplug::handler::image
