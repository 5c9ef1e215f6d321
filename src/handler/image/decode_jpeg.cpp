// libjpeg reports errors by a function that must not return: it jumps back. Between setjmp and the
// jump there are only objects without destructors; those with destructors live in the caller.
#include <csetjmp>
#include <cstdio>
#include <cstring>
// jpeglib.h needs cstdio before it.
#include <jerror.h>
#include <jpeglib.h>

#include <limits>
#include <string>

#include "handler/image/codecs.h"
#include "handler/image/exif.h"

namespace glowplug::handler::image {
namespace {

/// Of a progressive file. A hostile one repeats scans without end; encoders make about ten.
constexpr int kMaxScans = 200;

struct JpegReader {
  jpeg_decompress_struct info{};
  jpeg_error_mgr errors{};
  jpeg_progress_mgr progress{};
  std::jmp_buf failed{};
  char reason[JMSG_LENGTH_MAX] = {};
};

JpegReader& reader_of(j_common_ptr info) { return *static_cast<JpegReader*>(info->client_data); }

[[noreturn]] void fail_jpeg(j_common_ptr info) {
  JpegReader& reader = reader_of(info);
  info->err->format_message(info, reader.reason);
  std::longjmp(reader.failed, 1);  // NOLINT(cert-err52-cpp)
}

/// Damaged data is a warning to libjpeg and to Pillow; only a file that ends too early is refused.
void warn_jpeg(j_common_ptr info, int level) {
  if (level < 0 && info->err->msg_code == JWRN_JPEG_EOF) fail_jpeg(info);
}

void limit_scans(j_common_ptr info) {
  const auto* decompress = reinterpret_cast<const jpeg_decompress_struct*>(info);
  if (decompress->input_scan_number <= kMaxScans) return;
  JpegReader& reader = reader_of(info);
  std::snprintf(reader.reason, sizeof(reader.reason), "more than %d scans", kMaxScans);
  std::longjmp(reader.failed, 1);  // NOLINT(cert-err52-cpp)
}

void start_jpeg(JpegReader& reader, Bytes file) {
  reader.info.err = jpeg_std_error(&reader.errors);
  reader.errors.error_exit = fail_jpeg;
  reader.errors.emit_message = warn_jpeg;
  reader.info.client_data = &reader;
  jpeg_create_decompress(&reader.info);
  reader.progress.progress_monitor = limit_scans;
  reader.info.progress = &reader.progress;
  jpeg_save_markers(&reader.info, JPEG_APP0 + 1, 0xffff);
  // The parameter is not const in libjpeg-turbo's older headers; the bytes are only read.
  jpeg_mem_src(&reader.info, reinterpret_cast<const unsigned char*>(file.data()),
               static_cast<unsigned long>(file.size()));
}

/// False: `reason` is set.
bool read_jpeg_header(JpegReader& reader, Bytes file) {
  if (setjmp(reader.failed) != 0) return false;  // NOLINT(cert-err52-cpp)
  start_jpeg(reader, file);
  jpeg_read_header(&reader.info, TRUE);
  const int components = reader.info.num_components;
  if (components == 1) {
    reader.info.out_color_space = JCS_GRAYSCALE;
  } else if (components == 3) {
    reader.info.out_color_space = JCS_RGB;
  } else if (components == 4) {
    reader.info.out_color_space = JCS_CMYK;
  } else {
    std::snprintf(reader.reason, sizeof(reader.reason), "%d color components; 1, 3 and 4 are known",
                  components);
    return false;
  }
  return true;
}

/// `pixels`: height rows of `row_bytes`. False: `reason` is set.
bool read_jpeg_pixels(JpegReader& reader, std::uint8_t* pixels, std::size_t row_bytes) {
  if (setjmp(reader.failed) != 0) return false;  // NOLINT(cert-err52-cpp)
  jpeg_start_decompress(&reader.info);
  while (reader.info.output_scanline < reader.info.output_height) {
    JSAMPROW row = pixels + row_bytes * reader.info.output_scanline;
    jpeg_read_scanlines(&reader.info, &row, 1);
  }
  jpeg_finish_decompress(&reader.info);
  return true;
}

int orientation_of(const jpeg_decompress_struct& info) {
  for (const jpeg_marker_struct* marker = info.marker_list; marker; marker = marker->next) {
    const Bytes data(reinterpret_cast<const std::byte*>(marker->data), marker->data_length);
    if (data.size() > 6 && std::memcmp(data.data(), "Exif\0\0", 6) == 0)
      return exif_orientation(data);
  }
  return 1;
}

/// (a * b + 127) / 255 as Pillow rounds it (MULDIV255 of libImaging/ImagingUtils.h).
std::uint32_t muldiv255(std::uint32_t a, std::uint32_t b) {
  const std::uint32_t product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/// Pillow takes every CMYK file for one of Adobe's, whose values are inverted (JpegImagePlugin.py,
/// "CMYK;I"), and then converts without a profile (libImaging/Convert.c, cmyk2rgb).
Result<Image> rgb_of_inverted_cmyk(const Image& cmyk) {
  GLOWPLUG_ASSIGN(Image rgb, make_image(cmyk.width, cmyk.height, 3));
  const std::uint8_t* from = cmyk.pixels.get();
  std::uint8_t* to = rgb.pixels.get();
  for (std::size_t i = 0; i < cmyk.size(); i += 4, from += 4, to += 3) {
    const std::uint32_t white = from[3];
    for (int c = 0; c < 3; ++c)
      to[c] = static_cast<std::uint8_t>(white - muldiv255(255U - from[c], white));
  }
  return rgb;
}

Result<Image> read_jpeg(JpegReader& reader, Bytes file, const DecodeLimits& limits) {
  if (!read_jpeg_header(reader, file)) return invalid_argument(reader.reason);
  const jpeg_decompress_struct& info = reader.info;
  GLOWPLUG_TRY(check_size(info.image_width, info.image_height, limits));
  const int orientation = orientation_of(info);
  GLOWPLUG_ASSIGN(Image image,
                  make_image(static_cast<int>(info.image_width),
                             static_cast<int>(info.image_height), info.num_components));
  if (!read_jpeg_pixels(reader, image.pixels.get(), image.row_bytes()))
    return invalid_argument(reader.reason);
  if (image.channels == 4) {
    GLOWPLUG_ASSIGN(image, rgb_of_inverted_cmyk(image));
  }
  image.orientation = orientation;
  return image;
}

}  // namespace

Result<Image> decode_jpeg(Bytes file, const DecodeLimits& limits) {
  if (file.size() > std::numeric_limits<unsigned long>::max())
    return invalid_argument("it is too long");
  JpegReader reader;
  auto image = read_jpeg(reader, file, limits);
  jpeg_destroy_decompress(&reader.info);
  return image;
}

}  // namespace glowplug::handler::image
