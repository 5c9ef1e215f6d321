#pragma once
#include <vector>

#include "base/result.h"
#include "handler/image/filter.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// As Image, with floats from about 0 to 255.
struct FloatImage {
  int width = 0;
  int height = 0;
  int channels = 0;
  std::vector<float> pixels;

  [[nodiscard]] std::size_t row_values() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] const float* row(int y) const {
    return pixels.data() + row_values() * static_cast<std::size_t>(y);
  }
};

/// tf.image.resize(image, (height, width), method), antialias False, half-pixel centers: nearest,
/// bilinear, bicubic (core/kernels/image/resize_{nearest_neighbor,bilinear,bicubic}_op.cc; bicubic
/// with Keys' a = -0.5 in steps of 1/1024, weights outside the picture are left out). Errors:
/// exhausted.
[[nodiscard]] Result<FloatImage> resize_tensorflow(const Image& image, int width, int height,
                                                   Filter filter);

/// torchvision's resize of a uint8 tensor with antialias where it has no kernel of its own for
/// bytes: float32, rounded half to even and clipped. bilinear, bicubic. With AVX2 torchvision
/// computes bytes in fixed point, which differs by one level at most in a few pixels. Errors:
/// exhausted.
[[nodiscard]] Result<Image> resize_torch(const Image& image, int width, int height, Filter filter);

}  // namespace glowplug::handler::image
