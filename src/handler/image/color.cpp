#include "handler/image/color.h"

#include <array>
#include <cstring>

namespace glowplug::handler::image {
namespace {

std::uint8_t gray_of(const std::uint8_t* rgb, GrayFormula formula) {
  const std::uint32_t r = rgb[0];
  const std::uint32_t g = rgb[1];
  const std::uint32_t b = rgb[2];
  switch (formula) {
    case GrayFormula::opencv:
      return static_cast<std::uint8_t>((9798 * r + 19235 * g + 3735 * b + 16384) >> 15);
    case GrayFormula::tensorflow: {
      // To float by 1/255, weighted, and back by 255.5 with truncation (convert_image_dtype).
      constexpr float kScale = 1.0F / 255.0F;
      const float gray = static_cast<float>(r) * kScale * 0.2989F +
                         static_cast<float>(g) * kScale * 0.587F +
                         static_cast<float>(b) * kScale * 0.114F;
      return static_cast<std::uint8_t>(gray * 255.5F);
    }
    case GrayFormula::pillow:
      break;
  }
  return static_cast<std::uint8_t>((19595 * r + 38470 * g + 7471 * b + 32768) >> 16);
}

/// Column and row of the stored picture for each of the one that is seen.
struct Orientation {
  bool swaps_axes;
  bool mirrors_x;  ///< of the stored picture
  bool mirrors_y;
};
/// TIFF 6.0, page 36: where the stored first row and column are to be seen.
constexpr std::array<Orientation, 9> kOrientations = {{{false, false, false},
                                                       {false, false, false},
                                                       {false, true, false},
                                                       {false, true, true},
                                                       {false, false, true},
                                                       {true, false, false},
                                                       {true, false, true},
                                                       {true, true, true},
                                                       {true, true, false}}};

}  // namespace

Result<Image> to_rgb(Image image) {
  if (image.channels == 3) return image;
  GLOWPLUG_ASSIGN(Image rgb, make_image(image.width, image.height, 3));
  rgb.orientation = image.orientation;
  const bool gray = image.channels < 3;
  const std::uint8_t* from = image.pixels.get();
  std::uint8_t* to = rgb.pixels.get();
  for (std::size_t i = 0; i < rgb.size(); i += 3, from += image.channels, to += 3) {
    to[0] = from[0];
    to[1] = from[gray ? 0 : 1];
    to[2] = from[gray ? 0 : 2];
  }
  return rgb;
}

Result<Image> to_gray(Image image, GrayFormula formula) {
  if (image.channels == 1) return image;
  GLOWPLUG_ASSIGN(Image gray, make_image(image.width, image.height, 1));
  gray.orientation = image.orientation;
  const std::uint8_t* from = image.pixels.get();
  for (std::size_t i = 0; i < gray.size(); ++i, from += image.channels)
    gray.pixels[i] = image.channels == 2 ? *from : gray_of(from, formula);
  return gray;
}

Result<Image> apply_orientation(Image image) {
  if (image.orientation <= 1 || image.orientation > 8) return image;
  const Orientation how = kOrientations[static_cast<std::size_t>(image.orientation)];
  GLOWPLUG_ASSIGN(Image seen,
                  make_image(how.swaps_axes ? image.height : image.width,
                             how.swaps_axes ? image.width : image.height, image.channels));
  const auto channels = static_cast<std::size_t>(image.channels);
  for (int y = 0; y < seen.height; ++y) {
    std::uint8_t* to = seen.row(y);
    for (int x = 0; x < seen.width; ++x, to += channels) {
      const int stored_x = how.swaps_axes ? y : x;
      const int stored_y = how.swaps_axes ? x : y;
      const int column = how.mirrors_x ? image.width - 1 - stored_x : stored_x;
      const int row = how.mirrors_y ? image.height - 1 - stored_y : stored_y;
      std::memcpy(to, image.row(row) + channels * static_cast<std::size_t>(column), channels);
    }
  }
  return seen;
}

}  // namespace glowplug::handler::image
