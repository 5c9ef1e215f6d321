#pragma once
#include <cstddef>
#include <span>

namespace glowplug::handler::image {

/// The orientation, 1 to 8, in an EXIF block: a TIFF header with or without "Exif\0\0" before it
/// (EXIF 2.3, 4.6.4, tag 274 of the first directory). 1 when it says none or is not well formed, as
/// OpenCV and Pillow take it.
[[nodiscard]] int exif_orientation(std::span<const std::byte> exif);

}  // namespace glowplug::handler::image
