#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

enum class Kind { jpeg, png, webp, bmp, gif };

/// By the first bytes of the file; nothing for kinds that we do not know.
[[nodiscard]] std::optional<Kind> kind_of(std::span<const std::byte> file);
/// "JPEG", "PNG" …
[[nodiscard]] std::string_view name_of(Kind kind);

/// What a file may ask for, checked against its header before memory for pixels is taken.
struct DecodeLimits {
  std::uint64_t max_pixels = std::uint64_t{64} << 20;  ///< width * height of the picture
  std::uint64_t max_side = std::uint64_t{1} << 17;     ///< width or height
};

/// Where libraries that read the same file differ.
struct DecodeRules {
  /// Gray PNG of 16 bits a sample: Pillow clips values above 255, OpenCV and TensorFlow keep the
  /// upper byte.
  bool gray16_keeps_upper_byte = false;
};

/// Decodes JPEG, PNG, WebP, BMP and the first frame of GIF (of an animated WebP too) to 8 bits a
/// channel, with the values that Pillow's `Image.open(file).convert("RGB")` has (or "RGBA", "L"):
/// palettes are expanded, CMYK becomes RGB by Pillow's plain formula after the inversion of Adobe's
/// files, samples of 16 bits lose their lower byte (gray ones: see DecodeRules), alpha is kept
/// beside unchanged colors, color profiles and gamma are ignored. JPEG is decoded as libjpeg-turbo
/// does by default (accurate integer DCT, smooth upsampling), which Pillow and OpenCV use too. EXIF
/// orientation is read into the image and not applied. May be called from several threads at once.
/// Errors: invalid_argument (unknown kind, truncated, corrupt: with the codec's reason), too_large
/// (more pixels than the limit), exhausted (no memory).
[[nodiscard]] Result<Image> decode(std::span<const std::byte> file, const DecodeLimits& limits = {},
                                   const DecodeRules& rules = {});

}  // namespace glowplug::handler::image
