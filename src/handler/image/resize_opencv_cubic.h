#pragma once
#include "base/result.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// INTER_CUBIC (a = -0.75, 4 x 4 neighbors, borders repeated) in float32, rounded half to even, as
/// the IPP library computes it that OpenCV's x86-64 wheels hold. Builds of OpenCV without it round
/// the weights to 1/2048 first: a level of difference in 4 % of the values of noise. Errors:
/// exhausted.
[[nodiscard]] Result<Image> resize_opencv_cubic(const Image& image, int width, int height);

}  // namespace glowplug::handler::image
