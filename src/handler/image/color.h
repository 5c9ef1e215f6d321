#pragma once
#include "base/result.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// Which library's formula makes gray of RGB.
enum class GrayFormula {
  pillow,      ///< (19595 R + 38470 G + 7471 B + 32768) >> 16 (ITU-R 601-2; libImaging/Convert.c)
  opencv,      ///< (9798 R + 19235 G + 3735 B + 16384) >> 15 (imgproc, color_rgb: RGB2Gray)
  tensorflow,  ///< tf.image.rgb_to_grayscale: .2989 R + .587 G + .114 B in float32, truncated
};

/// Three channels: gray is repeated, alpha is dropped (hidden colors show, as in Pillow's
/// `convert("RGB")`). Takes the image; gives it back unchanged if it is RGB. Errors: exhausted.
[[nodiscard]] Result<Image> to_rgb(Image image);
/// One channel; alpha is dropped. Errors: exhausted.
[[nodiscard]] Result<Image> to_gray(Image image, GrayFormula formula);
/// The picture as its EXIF orientation says it is to be seen (as Pillow's `ImageOps.exif_transpose`
/// and OpenCV's imdecode); its orientation is then 1. Errors: exhausted.
[[nodiscard]] Result<Image> apply_orientation(Image image);

}  // namespace glowplug::handler::image
