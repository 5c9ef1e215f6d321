#include "handler/image/exif.h"

#include <cstdint>
#include <cstring>

namespace glowplug::handler::image {
namespace {

constexpr std::uint32_t kOrientation = 274;
constexpr std::uint32_t kShort = 3;

/// Numbers of a TIFF block in its own byte order; the caller checks bounds.
struct TiffBlock {
  std::span<const std::byte> bytes;
  bool big_endian = false;

  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t length) const {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t from = at + (big_endian ? i : length - 1 - i);
      value = value << 8 | std::to_integer<std::uint32_t>(bytes[from]);
    }
    return value;
  }
};

int orientation_of_directory(const TiffBlock& tiff, std::size_t at) {
  if (at > tiff.bytes.size() || tiff.bytes.size() - at < 2) return 1;
  const std::uint32_t entries = tiff.number(at, 2);
  for (std::uint32_t i = 0; i < entries; ++i) {
    const std::size_t entry = at + 2 + std::size_t{12} * i;
    if (tiff.bytes.size() < entry + 12) return 1;
    if (tiff.number(entry, 2) != kOrientation) continue;
    const std::uint32_t value = tiff.number(entry + 8, 2);
    const bool good = tiff.number(entry + 2, 2) == kShort && value >= 1 && value <= 8;
    return good ? static_cast<int>(value) : 1;
  }
  return 1;
}

}  // namespace

int exif_orientation(std::span<const std::byte> exif) {
  if (exif.size() >= 6 && std::memcmp(exif.data(), "Exif\0\0", 6) == 0) exif = exif.subspan(6);
  if (exif.size() < 8) return 1;
  const bool little = std::memcmp(exif.data(), "II*\0", 4) == 0;
  const bool big = std::memcmp(exif.data(), "MM\0*", 4) == 0;
  if (!little && !big) return 1;
  const TiffBlock tiff{exif, big};
  return orientation_of_directory(tiff, tiff.number(4, 4));
}

}  // namespace glowplug::handler::image
