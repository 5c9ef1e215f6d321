#pragma once
#include "base/result.h"
#include "handler/image/filter.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// cv2.resize(image, (width, height), interpolation) on bytes, as OpenCV 4's wheels for x86-64
/// compute it (modules/imgproc/src/resize.cpp): nearest, bilinear (INTER_LINEAR), bicubic
/// (INTER_CUBIC), area. No antialias but for area. Measured against 4.13 on noise
/// (tests/handler/test_image_resize.py): nearest and bilinear are equal, bicubic and area differ by
/// one level in less than one value of 10,000. `filter` is one of these four; the sizes are at
/// least 1. Errors: exhausted.
[[nodiscard]] Result<Image> resize_opencv(const Image& image, int width, int height, Filter filter);

}  // namespace glowplug::handler::image
