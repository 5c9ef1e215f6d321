#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "base/result.h"

namespace glowplug::handler::image {

/// Pixels of one picture: rows from the top, channels interleaved, one byte each, no padding.
/// Channels: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha (alpha is straight, not
/// premultiplied).
struct Image {
  int width = 0;
  int height = 0;
  int channels = 0;
  int orientation = 1;                     ///< EXIF tag 274, 1 to 8; 1: as it is stored
  std::unique_ptr<std::uint8_t[]> pixels;  ///< size() bytes and kReadAhead more

  [[nodiscard]] std::size_t row_bytes() const {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(channels);
  }
  [[nodiscard]] std::size_t size() const { return row_bytes() * static_cast<std::size_t>(height); }
  [[nodiscard]] std::uint8_t* row(int y) {
    return pixels.get() + row_bytes() * static_cast<std::size_t>(y);
  }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return pixels.get() + row_bytes() * static_cast<std::size_t>(y);
  }
};

/// Bytes behind the last pixel that may be read, so that loops can load four at a time.
inline constexpr std::size_t kReadAhead = 16;

/// An image whose pixels are not set yet; dimensions are at least 1. Errors: exhausted (no memory).
[[nodiscard]] Result<Image> make_image(int width, int height, int channels);

/// A copy. Errors: exhausted.
[[nodiscard]] Result<Image> copy_image(const Image& image);

}  // namespace glowplug::handler::image
