#pragma once
#include "base/result.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// INTER_AREA of OpenCV where no side grows: means over the area of each output pixel
/// (modules/imgproc/src/resize.cpp, ResizeAreaFast_Invoker for whole factors, else
/// ResizeArea_Invoker). Errors: exhausted.
[[nodiscard]] Result<Image> resize_opencv_area(const Image& image, int width, int height);

}  // namespace glowplug::handler::image
