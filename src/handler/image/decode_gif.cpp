#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <vector>

#include "handler/image/codecs.h"

namespace glowplug::handler::image {
namespace {

struct GifSource {
  Bytes file;
  std::size_t at = 0;
};

int read_gif_bytes(GifFileType* gif, GifByteType* to, int length) {
  auto* source = static_cast<GifSource*>(gif->UserData);
  const std::size_t count =
      std::min(static_cast<std::size_t>(length), source->file.size() - source->at);
  if (count > 0) std::memcpy(to, source->file.data() + source->at, count);
  source->at += count;
  return static_cast<int>(count);
}

struct CloseGif {
  void operator()(GifFileType* gif) const { DGifCloseFile(gif, nullptr); }
};
using Gif = std::unique_ptr<GifFileType, CloseGif>;

Error error_of(int code) {
  if (code == D_GIF_ERR_READ_FAILED || code == D_GIF_ERR_EOF_TOO_SOON)
    return invalid_argument("the file is truncated");
  const char* text = GifErrorString(code);
  return invalid_argument(text == nullptr ? "the data is corrupt" : text);
}

/// Reads up to the header of the first frame. `transparent`: its transparent color, or -1.
Result<void> find_first_frame(GifFileType* gif, int& transparent) {
  transparent = NO_TRANSPARENT_COLOR;
  while (true) {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif, &type) == GIF_ERROR) return error_of(gif->Error);
    if (type == TERMINATE_RECORD_TYPE) return invalid_argument("it has no frame");
    if (type == IMAGE_DESC_RECORD_TYPE) {
      if (DGifGetImageHeader(gif) == GIF_ERROR) return error_of(gif->Error);
      return {};
    }
    if (type != EXTENSION_RECORD_TYPE)
      return invalid_argument("a block of a kind that GIF has not");
    int code = 0;
    GifByteType* block = nullptr;
    if (DGifGetExtension(gif, &code, &block) == GIF_ERROR) return error_of(gif->Error);
    GraphicsControlBlock control{};
    if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr && block[0] == 4 &&
        DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
      transparent = control.TransparentColor;
    while (block != nullptr) {
      if (DGifGetExtensionNext(gif, &block) == GIF_ERROR) return error_of(gif->Error);
    }
  }
}

struct Palette {
  std::array<GifColorType, 256> colors{};
};

/// Of the frame or of all; without one, index i is gray i, and beyond its end black, as in Pillow.
Palette palette_of(const GifFileType& gif) {
  const ColorMapObject* map = gif.Image.ColorMap != nullptr ? gif.Image.ColorMap : gif.SColorMap;
  Palette palette;
  for (std::size_t i = 0; i < palette.colors.size(); ++i) {
    if (map == nullptr) {
      const auto gray = static_cast<GifByteType>(i);
      palette.colors[i] = {gray, gray, gray};
    } else if (i < static_cast<std::size_t>(map->ColorCount)) {
      palette.colors[i] = map->Colors[i];
    }
  }
  return palette;
}

void put(std::uint8_t* to, const GifColorType& color) {
  to[0] = color.Red;
  to[1] = color.Green;
  to[2] = color.Blue;
}

void fill(Image& image, const GifColorType& color) {
  for (std::size_t i = 0; i < image.size(); i += 3) put(&image.pixels[i], color);
}

/// Row of the frame that is the `line`th in the file when it is interlaced (GIF89a, appendix E).
class InterlacedRows {
 public:
  explicit InterlacedRows(int height) : height_(height) {}
  int next() {
    while (row_ >= height_) row_ = kStart[++pass_];
    const int row = row_;
    row_ += kStep[pass_];
    return row;
  }

 private:
  static constexpr int kStart[] = {0, 4, 2, 1};
  static constexpr int kStep[] = {8, 8, 4, 2};
  int height_;
  int pass_ = 0;
  int row_ = 0;
};

Result<void> read_frame(GifFileType* gif, const Palette& palette, Image& image) {
  const GifImageDesc& frame = gif->Image;
  std::vector<GifPixelType> line(static_cast<std::size_t>(frame.Width));
  InterlacedRows interlaced(frame.Height);
  for (int y = 0; y < frame.Height; ++y) {
    if (DGifGetLine(gif, line.data(), frame.Width) == GIF_ERROR) return error_of(gif->Error);
    const int row = frame.Top + (frame.Interlace ? interlaced.next() : y);
    std::uint8_t* to = image.row(row) + std::ptrdiff_t{3} * frame.Left;
    for (const GifPixelType index : line) {
      put(to, palette.colors[index]);
      to += 3;
    }
  }
  return {};
}

}  // namespace

Result<Image> decode_gif(Bytes file, const DecodeLimits& limits) {
  GifSource source{file, 0};
  int failure = D_GIF_SUCCEEDED;
  const Gif gif(DGifOpen(&source, read_gif_bytes, &failure));
  if (!gif) return error_of(failure);
  int transparent = NO_TRANSPARENT_COLOR;
  GLOWPLUG_TRY(find_first_frame(gif.get(), transparent));
  const GifImageDesc& frame = gif->Image;
  if (frame.Width <= 0 || frame.Height <= 0) return invalid_argument("its frame has no pixels");
  // A frame that does not fit makes the picture larger, as in Pillow.
  const int width = std::max(gif->SWidth, frame.Left + frame.Width);
  const int height = std::max(gif->SHeight, frame.Top + frame.Height);
  GLOWPLUG_TRY(
      check_size(static_cast<std::uint64_t>(width), static_cast<std::uint64_t>(height), limits));
  GLOWPLUG_ASSIGN(Image image, make_image(width, height, 3));
  const Palette palette = palette_of(*gif);
  if (frame.Width != width || frame.Height != height)
    fill(image, palette.colors[static_cast<std::size_t>(std::max(transparent, 0))]);
  GLOWPLUG_TRY(read_frame(gif.get(), palette, image));
  return image;
}

}  // namespace glowplug::handler::image
