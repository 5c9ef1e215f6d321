#include <fmt/format.h>

#include <utility>

#include "optimize/tflite/metadata.h"

namespace glowplug::optimize::tflite {
namespace {

namespace image = handler::image;

bool is_channels(std::int64_t size) { return size == 1 || size == 3; }

bool is_byte(Datatype datatype) {
  return datatype == Datatype::uint8 || datatype == Datatype::int8;
}

/// Height and width of the model's input, else those of the metadata.
Result<image::Resize> size_of(const PictureInput& picture, const Shape& shape, std::size_t height) {
  image::Resize resize;
  constexpr std::int64_t kLargestSide = 1 << 20;
  const auto side = [&](std::int64_t of_model, int otherwise) {
    return of_model > 0 && of_model <= kLargestSide ? static_cast<int>(of_model) : otherwise;
  };
  resize.height = side(shape[height], picture.height);
  resize.width = side(shape[height + 1], picture.width);
  if (*resize.height <= 0 || *resize.width <= 0)
    return invalid_argument("neither the model nor its metadata say the picture's size");
  return resize;
}

}  // namespace

Result<image::ImageSpec> image_spec(const PictureInput& picture, const TensorSpec& input) {
  const Shape& shape = input.shape;
  if (shape.size() != 4)
    return invalid_argument(
        fmt::format("\"{}\" {} takes no pictures", input.name, to_string(input.shape)));
  image::ImageSpec spec = image::default_spec(image::Mode::tensorflow);
  const bool channels_last = is_channels(shape[3]) || !is_channels(shape[1]);
  spec.layout = channels_last ? image::Layout::nhwc : image::Layout::nchw;
  const std::int64_t channels = channels_last ? shape[3] : shape[1];
  const bool gray = picture.gray.value_or(channels == 1);
  spec.color = gray ? image::Color::gray : image::Color::rgb;
  if (channels > 0 && channels != spec.channels())
    return invalid_argument(fmt::format("the metadata say {}, but \"{}\" {} has {} channels",
                                        gray ? "grayscale" : "RGB", input.name, to_string(shape),
                                        channels));
  GLOWPLUG_ASSIGN(image::Resize size, size_of(picture, shape, channels_last ? 1 : 2));
  size.filter = image::Filter::bilinear;
  spec.resize = size;
  spec.datatype = input.datatype;
  if (!is_byte(input.datatype)) {
    spec.mean = picture.mean;
    spec.std = picture.std;
  }
  GLOWPLUG_TRY(image::check_spec(spec));
  return spec;
}

}  // namespace glowplug::optimize::tflite
