#include <webp/decode.h>
#include <webp/demux.h>

#include <cstring>
#include <memory>
#include <string_view>

#include "handler/image/codecs.h"
#include "handler/image/exif.h"

namespace glowplug::handler::image {
namespace {

struct DeleteDemuxer {
  void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
};
using Demuxer = std::unique_ptr<WebPDemuxer, DeleteDemuxer>;

/// First frame of the file; gives its memory back.
struct FirstFrame {
  WebPIterator frame{};
  bool found = false;
  explicit FirstFrame(const WebPDemuxer* demuxer)
      : found(WebPDemuxGetFrame(demuxer, 1, &frame) != 0) {}
  FirstFrame(const FirstFrame&) = delete;
  FirstFrame& operator=(const FirstFrame&) = delete;
  ~FirstFrame() { WebPDemuxReleaseIterator(&frame); }
};

std::string_view reason_of(VP8StatusCode status) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY:
      return "no memory for the decoder";
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return "it uses a feature that the decoder does not know";
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED:
      return "the file is truncated";
    default:
      return "the data is corrupt";
  }
}

int orientation_of_webp(const WebPDemuxer* demuxer) {
  WebPChunkIterator chunk{};
  int orientation = 1;
  if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0)
    orientation =
        exif_orientation({reinterpret_cast<const std::byte*>(chunk.chunk.bytes), chunk.chunk.size});
  WebPDemuxReleaseChunkIterator(&chunk);
  return orientation;
}

/// Into its place on the canvas; the demuxer has checked that it lies inside.
Result<void> decode_frame(const WebPIterator& frame, Image& canvas) {
  WebPDecoderConfig config;
  if (WebPInitDecoderConfig(&config) == 0)
    return Error{Code::internal, "libwebp is of another version than its headers", {}};
  std::uint8_t* at = canvas.row(frame.y_offset) + static_cast<std::size_t>(frame.x_offset) *
                                                      static_cast<std::size_t>(canvas.channels);
  config.output.colorspace = canvas.channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = at;
  config.output.u.RGBA.stride = static_cast<int>(canvas.row_bytes());
  config.output.u.RGBA.size = canvas.size() - static_cast<std::size_t>(at - canvas.pixels.get());
  const VP8StatusCode status = WebPDecode(frame.fragment.bytes, frame.fragment.size, &config);
  if (status != VP8_STATUS_OK) return invalid_argument(std::string(reason_of(status)));
  return {};
}

/// The demuxer keeps frame headers apart from the header of the coded data: both have to agree, or
/// the decoder would write where there is no canvas.
Result<void> check_frame(const WebPIterator& frame, const Image& canvas) {
  WebPBitstreamFeatures features;
  const VP8StatusCode status =
      WebPGetFeatures(frame.fragment.bytes, frame.fragment.size, &features);
  if (status != VP8_STATUS_OK) return invalid_argument(std::string(reason_of(status)));
  const bool inside = frame.x_offset >= 0 && frame.y_offset >= 0 &&
                      features.width <= canvas.width - frame.x_offset &&
                      features.height <= canvas.height - frame.y_offset;
  if (!inside || features.width != frame.width || features.height != frame.height)
    return invalid_argument("a frame does not lie inside the picture");
  return {};
}

}  // namespace

Result<Image> decode_webp(Bytes file, const DecodeLimits& limits) {
  const WebPData data{reinterpret_cast<const std::uint8_t*>(file.data()), file.size()};
  const Demuxer demuxer(WebPDemux(&data));
  if (!demuxer) return invalid_argument("the file is truncated or corrupt");
  const std::uint32_t width = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_WIDTH);
  const std::uint32_t height = WebPDemuxGetI(demuxer.get(), WEBP_FF_CANVAS_HEIGHT);
  GLOWPLUG_TRY(check_size(width, height, limits));
  const FirstFrame first(demuxer.get());
  if (!first.found) return invalid_argument("it has no picture");
  const bool alpha = (WebPDemuxGetI(demuxer.get(), WEBP_FF_FORMAT_FLAGS) & ALPHA_FLAG) != 0;
  GLOWPLUG_ASSIGN(Image image, make_image(static_cast<int>(width), static_cast<int>(height),
                                          alpha || first.frame.has_alpha != 0 ? 4 : 3));
  GLOWPLUG_TRY(check_frame(first.frame, image));
  if (first.frame.width != image.width || first.frame.height != image.height)
    std::memset(image.pixels.get(), 0, image.size());
  GLOWPLUG_TRY(decode_frame(first.frame, image));
  image.orientation = orientation_of_webp(demuxer.get());
  return image;
}

}  // namespace glowplug::handler::image
