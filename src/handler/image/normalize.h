#pragma once
#include <cstddef>
#include <span>

#include "handler/image/geometry.h"
#include "handler/image/image.h"
#include "handler/image/resize_float.h"
#include "handler/image/spec.h"

namespace glowplug::handler::image {

/// Crop, pad, (v * rescale - mean) / std, datatype and layout in one pass. `row` has exactly the
/// bytes of the geometry's width and height. Rounding of a float32 result by mode:
///   pil                 v * rescale in float64, then float32; the rest in float32 (transformers)
///   torchvision         v / 255 in float32 where rescale is 1/255 (ToTensor)
///   torchvision_tensor  (v - mean / rescale) / (std / rescale), each in float32 (transformers,
///   Fast) opencv, tensorflow  v * rescale - mean, all in float32
void normalize(const Image& image, const ImageSpec& spec, const Geometry& at,
               std::span<std::byte> row);
void normalize(const FloatImage& image, const ImageSpec& spec, const Geometry& at,
               std::span<std::byte> row);

}  // namespace glowplug::handler::image
