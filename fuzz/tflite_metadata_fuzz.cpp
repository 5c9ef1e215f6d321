// Files of TensorFlow Lite with metadata and a zip behind them: read or refused; what is read makes
// a spec of pictures for one of two models, or an error.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/check.h"
#include "optimize/tflite/metadata.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {  // NOLINT(readability-identifier-naming)
  using namespace glowplug;                                // NOLINT(google-build-using-namespace)
  namespace tflite = optimize::tflite;
  const auto metadata = tflite::read_metadata(std::as_bytes(std::span(data, size)));
  if (!metadata) {
    GLOWPLUG_CHECK(!metadata.error().message.empty());
    return 0;
  }
  if (!*metadata || !(*metadata)->picture) return 0;
  GLOWPLUG_CHECK((*metadata)->labels.size() <= tflite::kMostLabels);
  const std::array<TensorSpec, 2> inputs = {{{"x", Datatype::fp32, {-1, 3, -1, -1}, false, {}},
                                             {"x", Datatype::uint8, {1, 8, 8, 1}, false, {}}}};
  for (const TensorSpec& input : inputs) {
    const auto spec = tflite::image_spec(*(*metadata)->picture, input);
    if (!spec) continue;
    GLOWPLUG_CHECK(handler::image::check_spec(*spec).has_value());
    GLOWPLUG_CHECK(
        handler::image::image_spec_from_json(handler::image::to_json(*spec)).has_value());
  }
  return 0;
}
