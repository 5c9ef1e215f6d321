// libpng reports errors as libjpeg does, by a jump: see decode_jpeg.cpp.
#include <png.h>

#include <csetjmp>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <new>

#include "handler/image/codecs.h"
#include "handler/image/exif.h"

namespace glowplug::handler::image {
namespace {

/// Chunks whose content we do not use and that cost time or memory to read.
constexpr png_byte kSkippedChunks[] =
    "iCCP\0zTXt\0iTXt\0tEXt\0sPLT\0hIST\0gAMA\0cHRM\0sRGB\0pCAL\0sCAL\0tRNS\0bKGD";

struct PngReader {
  Bytes file;
  std::size_t at = 0;
  png_structp png = nullptr;
  png_infop info = nullptr;
  int color_type = 0;
  int bit_depth = 0;
  char reason[128] = {};
};

[[noreturn]] void fail_png(png_structp png, png_const_charp message) {
  auto* reader = static_cast<PngReader*>(png_get_error_ptr(png));
  std::snprintf(reader->reason, sizeof(reader->reason), "%s", message);
  png_longjmp(png, 1);
}

void ignore_png_warning(png_structp, png_const_charp) {}

void read_png_bytes(png_structp png, png_bytep to, std::size_t length) {
  auto* reader = static_cast<PngReader*>(png_get_io_ptr(png));
  if (reader->file.size() - reader->at < length) png_error(png, "the file is truncated");
  std::memcpy(to, reader->file.data() + reader->at, length);
  reader->at += length;
}

/// False: `reason` is set.
bool read_png_header(PngReader& reader) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;  // NOLINT(cert-err52-cpp)
  png_set_read_fn(reader.png, &reader, read_png_bytes);
  png_set_user_limits(reader.png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // ours is on the product
  // Names without their zero bytes, five bytes each, as libpng wants them.
  png_set_keep_unknown_chunks(reader.png, PNG_HANDLE_CHUNK_NEVER, kSkippedChunks,
                              static_cast<int>(sizeof(kSkippedChunks) / 5));
  png_read_info(reader.png, reader.info);
  reader.color_type = png_get_color_type(reader.png, reader.info);
  reader.bit_depth = png_get_bit_depth(reader.png, reader.info);
  return true;
}

bool is_gray16(const PngReader& reader) {
  return reader.bit_depth == 16 && reader.color_type == PNG_COLOR_TYPE_GRAY;
}

/// Channels of a row as libpng gives it: a palette's index is one, gray of 16 bits is two bytes.
int channels_of_row(const PngReader& reader) {
  if (is_gray16(reader)) return 2;
  if (reader.color_type == PNG_COLOR_TYPE_PALETTE) return 1;
  return png_get_channels(reader.png, reader.info);
}

/// False: `reason` is set.
bool read_png_pixels(PngReader& reader, png_bytepp rows) {
  if (setjmp(png_jmpbuf(reader.png)) != 0) return false;  // NOLINT(cert-err52-cpp)
  if (reader.color_type == PNG_COLOR_TYPE_PALETTE) {
    png_set_packing(reader.png);
  } else if (reader.bit_depth < 8) {
    png_set_expand_gray_1_2_4_to_8(reader.png);
  }
  if (!is_gray16(reader)) png_set_strip_16(reader.png);
  png_set_interlace_handling(reader.png);
  png_read_update_info(reader.png, reader.info);
  png_read_image(reader.png, rows);
  png_read_end(reader.png, reader.info);  // eXIf may stand behind the pixels
  return true;
}

Result<Image> rgb_of_palette(PngReader& reader, const Image& indices) {
  png_colorp colors = nullptr;
  int count = 0;
  png_get_PLTE(reader.png, reader.info, &colors, &count);
  // What lies beyond the palette is black, as in Pillow.
  png_color table[256] = {};
  if (count > 0) std::memcpy(table, colors, sizeof(png_color) * static_cast<std::size_t>(count));
  GLOWPLUG_ASSIGN(Image rgb, make_image(indices.width, indices.height, 3));
  std::uint8_t* to = rgb.pixels.get();
  for (std::size_t i = 0; i < indices.size(); ++i, to += 3) {
    const png_color color = table[indices.pixels[i]];
    to[0] = color.red;
    to[1] = color.green;
    to[2] = color.blue;
  }
  return rgb;
}

Result<Image> gray8_of_gray16(const Image& wide, bool keep_upper_byte) {
  GLOWPLUG_ASSIGN(Image gray, make_image(wide.width, wide.height, 1));
  for (std::size_t i = 0; i < gray.size(); ++i) {
    const std::uint8_t upper = wide.pixels[2 * i];
    const std::uint8_t clipped = upper != 0 ? std::uint8_t{255} : wide.pixels[2 * i + 1];
    gray.pixels[i] = keep_upper_byte ? upper : clipped;
  }
  return gray;
}

int orientation_of_png(PngReader& reader) {
  png_bytep exif = nullptr;
  png_uint_32 length = 0;
  if (png_get_eXIf_1(reader.png, reader.info, &length, &exif) == 0) return 1;
  return exif_orientation({reinterpret_cast<const std::byte*>(exif), length});
}

Result<Image> read_png(PngReader& reader, const DecodeLimits& limits, const DecodeRules& rules) {
  if (!read_png_header(reader)) return invalid_argument(reader.reason);
  const std::uint64_t width = png_get_image_width(reader.png, reader.info);
  const std::uint64_t height = png_get_image_height(reader.png, reader.info);
  GLOWPLUG_TRY(check_size(width, height, limits));
  GLOWPLUG_ASSIGN(Image image, make_image(static_cast<int>(width), static_cast<int>(height),
                                          channels_of_row(reader)));
  const std::unique_ptr<png_bytep[]> rows(new (std::nothrow) png_bytep[height]);
  if (!rows) return Error{Code::exhausted, "no memory for its rows", {}};
  for (int y = 0; y < image.height; ++y) rows[static_cast<std::size_t>(y)] = image.row(y);
  if (!read_png_pixels(reader, rows.get())) return invalid_argument(reader.reason);
  if (reader.color_type == PNG_COLOR_TYPE_PALETTE) {
    GLOWPLUG_ASSIGN(image, rgb_of_palette(reader, image));
  } else if (is_gray16(reader)) {
    GLOWPLUG_ASSIGN(image, gray8_of_gray16(image, rules.gray16_keeps_upper_byte));
  }
  image.orientation = orientation_of_png(reader);
  return image;
}

}  // namespace

Result<Image> decode_png(Bytes file, const DecodeLimits& limits, const DecodeRules& rules) {
  PngReader reader;
  reader.file = file;
  reader.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader, fail_png, ignore_png_warning);
  if (reader.png != nullptr) reader.info = png_create_info_struct(reader.png);
  auto image = reader.info == nullptr
                   ? Result<Image>(Error{Code::exhausted, "no memory for the decoder", {}})
                   : read_png(reader, limits, rules);
  png_destroy_read_struct(&reader.png, &reader.info, nullptr);
  return image;
}

}  // namespace glowplug::handler::image
