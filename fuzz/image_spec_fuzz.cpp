// Specs of pictures and Hugging Face's files: what is read can be written and read back, and makes
// a tensor of a small picture or an error.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/check.h"
#include "handler/image/geometry.h"
#include "handler/image/preprocess.h"
#include "handler/image/preprocessor_config.h"
#include "handler/image/torchserve.h"

namespace {

namespace image = glowplug::handler::image;
using glowplug::Result;

/// Above this a run takes too long for a fuzzer.
constexpr int kMaxSide = 300;

void use(const image::ImageSpec& spec) {
  const auto again = image::image_spec_from_json(image::to_json(spec));
  GLOWPLUG_CHECK(again.has_value());
  GLOWPLUG_CHECK(image::to_json(*again) == image::to_json(spec));
  auto picture = image::make_image(13, 5, 3);
  std::memset(picture->pixels.get(), 77, picture->size());
  const auto shape = image::preprocessed_shape(*picture, spec);
  const auto at = image::geometry_of(spec, 13, 5);
  GLOWPLUG_CHECK(shape.has_value() == at.has_value());
  if (!shape || at->width > kMaxSide || at->height > kMaxSide || at->resized_width > kMaxSide ||
      at->resized_height > kMaxSide)
    return;
  const auto tensor = image::preprocess(*std::move(picture), spec);
  GLOWPLUG_CHECK(tensor.has_value() && tensor->shape == *shape);
  GLOWPLUG_CHECK(glowplug::check_tensor(tensor->view()).has_value());
  const auto fixed = image::fixed_shape(spec);
  GLOWPLUG_CHECK(!fixed || *fixed == *shape);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  const auto json = glowplug::parse_json({reinterpret_cast<const char*>(data), size});
  if (!json) return 0;
  if (const auto spec = image::image_spec_from_json(*json)) use(*spec);
  if (const auto spec = image::spec_from_preprocessor_config(*json)) use(*spec);
  (void)image::labels_from_index_to_name(*json).has_value();
  return 0;
}
