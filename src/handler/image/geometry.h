#pragma once
#include <optional>

#include "base/result.h"
#include "handler/image/spec.h"
#include "model/tensor.h"

namespace glowplug::handler::image {

/// Sizes and places of one picture on its way; all in pixels.
struct Geometry {
  int resized_width = 0;
  int resized_height = 0;
  int crop_x = 0;  ///< in the resized picture; negative: that many columns lie left of it
  int crop_y = 0;
  int crop_width = 0;  ///< equal to resized_width without a crop
  int crop_height = 0;
  int pad_x = 0;  ///< of the cropped picture in the output
  int pad_y = 0;
  int width = 0;  ///< of the output
  int height = 0;
};

/// For a picture of width x height, after its orientation was applied. Where a centered crop
/// begins: torchvision round half to even of (H - h) / 2, the others (H - h) / 2 rounded down;
/// where the picture is smaller, torchvision, OpenCV and TensorFlow put the odd row behind it,
/// Hugging Face before it. Errors: invalid_argument (larger than pad), too_large (an absurd size
/// comes out).
[[nodiscard]] Result<Geometry> geometry_of(const ImageSpec& spec, int width, int height);

/// Shape of the tensor if it is the same for every picture.
[[nodiscard]] std::optional<Shape> fixed_shape(const ImageSpec& spec);
/// [1,C,H,W] or [1,H,W,C].
[[nodiscard]] Shape shape_of(const ImageSpec& spec, int width, int height);

}  // namespace glowplug::handler::image
