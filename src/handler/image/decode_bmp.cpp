// Windows and OS/2 bitmaps, read as Pillow's BmpImagePlugin.py reads them. Format:
// learn.microsoft.com "Bitmap Storage"; run lengths: "Bitmap Compression".
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "handler/image/bmp_rle.h"
#include "handler/image/codecs.h"

namespace glowplug::handler::image {
namespace {

constexpr std::size_t kFileHeader = 14;
// Compressions.
constexpr std::uint32_t kRaw = 0;
constexpr std::uint32_t kRle8 = 1;
constexpr std::uint32_t kRle4 = 2;
constexpr std::uint32_t kBitFields = 3;

struct BmpHeader {
  std::uint32_t size = 0;
  int width = 0;
  int height = 0;
  bool top_down = false;
  std::uint32_t bits = 0;
  std::uint32_t compression = kRaw;
  std::uint32_t colors = 0;
  std::size_t color_bytes = 4;  ///< of a palette entry
  std::size_t palette = 0;      ///< where it begins
  std::size_t pixels = 0;       ///< where they begin
  std::array<std::uint32_t, 4> masks{};
};

Error truncated_bmp() { return invalid_argument("the file is truncated"); }

/// Where in a pixel's bytes, or in its 16 bits, the colors lie.
struct PixelLayout {
  std::uint32_t bits;
  std::array<std::uint32_t, 4> masks;  ///< red, green, blue, alpha (not looked at below 32 bits)
  std::array<int, 4> at;               ///< byte of red, green, blue, alpha (-1: none)
};
constexpr PixelLayout kLayouts[] = {
    {32, {0xff0000, 0xff00, 0xff, 0}, {2, 1, 0, -1}},
    {32, {0xff000000, 0xff0000, 0xff00, 0}, {3, 2, 1, -1}},
    {32, {0xff000000, 0xff00, 0xff, 0}, {3, 1, 0, -1}},
    {32, {0xff000000, 0xff0000, 0xff00, 0xff}, {3, 2, 1, 0}},
    {32, {0xff, 0xff00, 0xff0000, 0xff000000}, {0, 1, 2, 3}},
    {32, {0xff0000, 0xff00, 0xff, 0xff000000}, {2, 1, 0, 3}},
    {32, {0xff000000, 0xff00, 0xff, 0xff0000}, {3, 1, 0, 2}},
    {32, {0, 0, 0, 0}, {2, 1, 0, 3}},
    {24, {0xff0000, 0xff00, 0xff, 0}, {2, 1, 0, -1}},
    {16, {0x7c00, 0x3e0, 0x1f, 0}, {}},
    {16, {0xf800, 0x7e0, 0x1f, 0}, {}},
};

Result<BmpHeader> read_os2_header(Bytes file, BmpHeader header) {
  header.width = static_cast<int>(little16(file, 18));
  header.height = static_cast<int>(little16(file, 20));
  header.bits = little16(file, 24);
  header.color_bytes = 3;
  header.palette = kFileHeader + header.size;
  return header;
}

void read_masks(Bytes file, BmpHeader& header) {
  const std::size_t count = header.size >= 56 ? 4 : 3;
  for (std::size_t i = 0; i < count; ++i) header.masks[i] = little32(file, 54 + 4 * i);
  if (header.size == 40) header.palette += 12;
}

Result<BmpHeader> read_windows_header(Bytes file, const DecodeLimits& limits, BmpHeader header) {
  const auto height = static_cast<std::int64_t>(static_cast<std::int32_t>(little32(file, 22)));
  const std::uint64_t width = little32(file, 18);
  header.top_down = height < 0;
  GLOWPLUG_TRY(check_size(width, static_cast<std::uint64_t>(std::abs(height)), limits));
  header.width = static_cast<int>(width);
  header.height = static_cast<int>(std::abs(height));
  header.bits = little16(file, 28);
  header.compression = little32(file, 30);
  header.colors = little32(file, 46);
  header.palette = kFileHeader + header.size;
  if (header.compression == kBitFields) {
    if (file.size() < 54 + 16) return truncated_bmp();
    read_masks(file, header);
  }
  return header;
}

Result<BmpHeader> read_bmp_header(Bytes file, const DecodeLimits& limits) {
  if (file.size() < kFileHeader + 12) return truncated_bmp();
  BmpHeader header;
  header.size = little32(file, kFileHeader);
  header.pixels = little32(file, 10);
  constexpr std::uint32_t kSizes[] = {12, 40, 52, 56, 64, 108, 124};
  if (std::ranges::find(kSizes, header.size) == std::end(kSizes))
    return invalid_argument(fmt::format("a header of {} bytes is not known", header.size));
  if (file.size() < kFileHeader + header.size) return truncated_bmp();
  GLOWPLUG_ASSIGN(header, header.size == 12 ? read_os2_header(file, header)
                                            : read_windows_header(file, limits, header));
  if (header.bits <= 8) {
    if (header.colors == 0) header.colors = 1U << header.bits;
    if (header.colors > 65536)
      return invalid_argument(fmt::format("a palette of {} colors", header.colors));
    if (header.pixels == kFileHeader + header.size)
      header.pixels += header.color_bytes * header.colors;
  }
  return header;
}

Result<PixelLayout> layout_of(const BmpHeader& header) {
  for (const PixelLayout& layout : kLayouts) {
    if (layout.bits != header.bits) continue;
    if (header.compression == kRaw) return layout;  // the first of its size
    if (std::equal(layout.masks.begin(), layout.masks.begin() + (header.bits == 32 ? 4 : 3),
                   header.masks.begin()))
      return layout;
  }
  return invalid_argument(fmt::format("masks {:#x}, {:#x}, {:#x}, {:#x} of {} bits are not known",
                                      header.masks[0], header.masks[1], header.masks[2],
                                      header.masks[3], header.bits));
}

void read_bytes_row(const std::uint8_t* from, const PixelLayout& layout, Image& image, int y) {
  std::uint8_t* to = image.row(y);
  for (int x = 0; x < image.width; ++x, from += layout.bits / 8, to += image.channels) {
    for (int c = 0; c < image.channels; ++c) to[c] = from[layout.at[static_cast<std::size_t>(c)]];
  }
}

void read_words_row(const std::uint8_t* from, const PixelLayout& layout, Image& image, int y) {
  const std::uint32_t green = layout.masks[1] == 0x7e0 ? 63 : 31;
  const int red_shift = green == 63 ? 11 : 10;
  std::uint8_t* to = image.row(y);
  for (int x = 0; x < image.width; ++x, from += 2, to += 3) {
    const auto pixel = static_cast<std::uint32_t>(from[0] | from[1] << 8);
    to[0] = static_cast<std::uint8_t>((pixel >> red_shift & 31) * 255 / 31);
    to[1] = static_cast<std::uint8_t>((pixel >> 5 & green) * 255 / green);
    to[2] = static_cast<std::uint8_t>((pixel & 31) * 255 / 31);
  }
}

Result<Image> read_true_color(Bytes file, const BmpHeader& header) {
  GLOWPLUG_ASSIGN(const PixelLayout layout, layout_of(header));
  const std::size_t stride = (static_cast<std::size_t>(header.width) * header.bits + 31) / 32 * 4;
  if (header.pixels > file.size() ||
      file.size() - header.pixels < stride * static_cast<std::size_t>(header.height))
    return truncated_bmp();
  GLOWPLUG_ASSIGN(Image image, make_image(header.width, header.height,
                                          header.bits == 32 && layout.at[3] >= 0 ? 4 : 3));
  const auto* from = reinterpret_cast<const std::uint8_t*>(file.data()) + header.pixels;
  for (int line = 0; line < header.height; ++line, from += stride) {
    const int y = header.top_down ? line : header.height - 1 - line;
    if (header.bits == 16) {
      read_words_row(from, layout, image, y);
    } else {
      read_bytes_row(from, layout, image, y);
    }
  }
  return image;
}

/// One index a byte, rows as they lie in the file.
Result<Image> read_indices(Bytes file, const BmpHeader& header) {
  if (header.pixels > file.size()) return truncated_bmp();
  const Bytes data = file.subspan(header.pixels);
  if (header.compression == kRle8 || header.compression == kRle4) {
    GLOWPLUG_ASSIGN(Image indices, make_image(header.width, header.height, 1));
    GLOWPLUG_TRY(read_run_lengths(data, header.compression == kRle4, indices));
    return indices;
  }
  const std::size_t stride = (static_cast<std::size_t>(header.width) * header.bits + 31) / 32 * 4;
  if (data.size() < stride * static_cast<std::size_t>(header.height)) return truncated_bmp();
  GLOWPLUG_ASSIGN(Image indices, make_image(header.width, header.height, 1));
  const std::uint32_t in_byte = 8 / header.bits;
  for (int line = 0; line < header.height; ++line) {
    const std::size_t start = stride * static_cast<std::size_t>(line);
    std::uint8_t* to = indices.row(line);
    for (std::uint32_t x = 0; x < static_cast<std::uint32_t>(header.width); ++x) {
      const std::uint32_t shift = (in_byte - 1 - x % in_byte) * header.bits;
      to[x] = static_cast<std::uint8_t>(byte_at(data, start + x / in_byte) >> shift &
                                        ((1U << header.bits) - 1));
    }
  }
  return indices;
}

Result<Image> read_palette_image(Bytes file, const BmpHeader& header) {
  const std::size_t count = std::min<std::size_t>(header.colors, 256);
  if (file.size() < header.palette + count * header.color_bytes) return truncated_bmp();
  std::array<std::array<std::uint8_t, 3>, 256> colors{};  // beyond its end: black, as in Pillow
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t c = 0; c < 3; ++c)
      colors[i][c] = byte_at(file, header.palette + i * header.color_bytes + 2 - c);
  }
  GLOWPLUG_ASSIGN(const Image indices, read_indices(file, header));
  GLOWPLUG_ASSIGN(Image image, make_image(header.width, header.height, 3));
  for (int line = 0; line < header.height; ++line) {
    std::uint8_t* to = image.row(header.top_down ? line : header.height - 1 - line);
    for (int x = 0; x < header.width; ++x, to += 3)
      std::memcpy(to, colors[indices.row(line)[x]].data(), 3);
  }
  return image;
}

}  // namespace

Result<Image> decode_bmp(Bytes file, const DecodeLimits& limits) {
  GLOWPLUG_ASSIGN(const BmpHeader header, read_bmp_header(file, limits));
  GLOWPLUG_TRY(check_size(static_cast<std::uint64_t>(header.width),
                          static_cast<std::uint64_t>(header.height), limits));
  const bool runs = header.compression == kRle8 || header.compression == kRle4;
  const bool palette = header.bits == 1 || header.bits == 4 || header.bits == 8;
  const bool true_color = header.bits == 16 || header.bits == 24 || header.bits == 32;
  if (palette && (header.compression == kRaw || runs)) return read_palette_image(file, header);
  if (true_color && (header.compression == kRaw || header.compression == kBitFields))
    return read_true_color(file, header);
  return invalid_argument(fmt::format("{} bits a pixel with compression {} are not known",
                                      header.bits, header.compression));
}

}  // namespace glowplug::handler::image
