#include "handler/image/image.h"

#include <fmt/format.h>

#include <cstring>
#include <new>

namespace glowplug::handler::image {

Result<Image> make_image(int width, int height, int channels) {
  GLOWPLUG_CHECK(width > 0 && height > 0 && channels > 0);
  Image image{width, height, channels, 1, nullptr};
  image.pixels.reset(new (std::nothrow) std::uint8_t[image.size() + kReadAhead]);
  if (!image.pixels) {
    return Error{
        Code::exhausted, fmt::format("no memory for a picture of {}x{} pixels", width, height), {}};
  }
  return image;
}

Result<Image> copy_image(const Image& image) {
  GLOWPLUG_ASSIGN(Image copy, make_image(image.width, image.height, image.channels));
  copy.orientation = image.orientation;
  std::memcpy(copy.pixels.get(), image.pixels.get(), image.size());
  return copy;
}

}  // namespace glowplug::handler::image
