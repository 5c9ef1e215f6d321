#pragma once
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "handler/image/decode.h"
#include "handler/image/image.h"

// One function for each kind, for decode.cpp alone; contracts as decode().
namespace glowplug::handler::image {

using Bytes = std::span<const std::byte>;

[[nodiscard]] Result<Image> decode_jpeg(Bytes file, const DecodeLimits& limits);
[[nodiscard]] Result<Image> decode_png(Bytes file, const DecodeLimits& limits,
                                       const DecodeRules& rules);
[[nodiscard]] Result<Image> decode_webp(Bytes file, const DecodeLimits& limits);
[[nodiscard]] Result<Image> decode_bmp(Bytes file, const DecodeLimits& limits);
[[nodiscard]] Result<Image> decode_gif(Bytes file, const DecodeLimits& limits);

/// Errors: invalid_argument (no pixels), too_large.
[[nodiscard]] Result<void> check_size(std::uint64_t width, std::uint64_t height,
                                      const DecodeLimits& limits);

inline std::uint8_t byte_at(Bytes file, std::size_t at) {
  return std::to_integer<std::uint8_t>(file[at]);
}
inline std::uint32_t little16(Bytes file, std::size_t at) {
  return static_cast<std::uint32_t>(byte_at(file, at) | byte_at(file, at + 1) << 8);
}
inline std::uint32_t little32(Bytes file, std::size_t at) {
  return little16(file, at) | little16(file, at + 2) << 16;
}

}  // namespace glowplug::handler::image
