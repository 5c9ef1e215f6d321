// Pictures of every kind: decoded or refused; what is decoded becomes a tensor of the promised
// shape.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "handler/image/preprocess.h"

namespace {

namespace image = glowplug::handler::image;

image::ImageSpec small_spec() {
  image::ImageSpec spec = image::default_spec(image::Mode::torchvision);
  spec.orientation = image::OrientationRule::apply;
  spec.resize = image::Resize{};
  spec.resize->width = 9;
  spec.resize->height = 7;
  return spec;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const auto file = std::as_bytes(std::span(data, size));
  const image::DecodeLimits limits{.max_pixels = 1 << 18};
  auto picture = image::decode(file, limits);
  if (!picture) {
    GLOWPLUG_CHECK(!picture.error().message.empty());
    return 0;
  }
  GLOWPLUG_CHECK(picture->size() <= limits.max_pixels * 4);
  GLOWPLUG_CHECK(picture->orientation >= 1 && picture->orientation <= 8);
  // Every pixel is read, so that memory that no decoder wrote is seen by the sanitizer that looks.
  const std::span<const std::uint8_t> pixels(picture->pixels.get(), picture->size());
  GLOWPLUG_CHECK(std::ranges::max(pixels) >= std::ranges::min(pixels));
  const auto tensor = image::preprocess(*std::move(picture), small_spec());
  GLOWPLUG_CHECK(tensor.has_value() && tensor->shape == glowplug::Shape({1, 3, 7, 9}));
  GLOWPLUG_CHECK(glowplug::check_tensor(tensor->view()).has_value());
  return 0;
}
