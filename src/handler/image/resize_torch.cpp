#include <algorithm>
#include <cmath>
#include <vector>

#include "handler/image/resize_float.h"

namespace glowplug::handler::image {
namespace {

/// Rows of the input made as wide as the output, kept while they are needed.
class TorchRows {
 public:
  TorchRows(const Image& image, int width, int rows_at_once, Filter filter)
      : image_(image),
        slots_(static_cast<std::size_t>(rows_at_once)),
        row_values_(static_cast<std::size_t>(width) * static_cast<std::size_t>(image.channels)),
        taps_(torch_taps(image.width, width, filter)),
        kept_(slots_ * row_values_) {}
  const float* row(int y) {
    for (; made_ <= y; ++made_) make(made_);
    return slot(y);
  }
  void skip_to(int y) { made_ = std::max(made_, y); }

 private:
  float* slot(int y) { return kept_.data() + static_cast<std::size_t>(y) % slots_ * row_values_; }
  void make(int y) {
    const std::uint8_t* row = image_.row(y);
    float* to = slot(y);
    for (std::size_t i = 0; i < taps_.first.size(); ++i) {
      const float* weights = taps_.of(static_cast<int>(i));
      for (int c = 0; c < image_.channels; ++c) {
        const std::uint8_t* from = row + std::ptrdiff_t{image_.channels} * taps_.first[i] + c;
        float sum = 0;
        for (int j = 0; j < taps_.count[i]; ++j, from += image_.channels)
          sum += static_cast<float>(*from) * weights[j];
        *to++ = sum;
      }
    }
  }
  const Image& image_;
  std::size_t slots_;
  std::size_t row_values_;
  Taps<float> taps_;
  std::vector<float> kept_;
  int made_ = 0;
};

}  // namespace

Result<Image> resize_torch(const Image& image, int width, int height, Filter filter) {
  if (width == image.width && height == image.height) return copy_image(image);
  GLOWPLUG_ASSIGN(Image to, make_image(width, height, image.channels));
  const Taps<float> taps = torch_taps(image.height, height, filter);
  TorchRows narrowed(image, width, taps.stride, filter);
  std::vector<float> sums(to.row_bytes());
  for (int y = 0; y < height; ++y) {
    const auto at = static_cast<std::size_t>(y);
    std::ranges::fill(sums, 0.0F);
    narrowed.skip_to(taps.first[at]);
    for (int j = 0; j < taps.count[at]; ++j) {
      const float* row = narrowed.row(taps.first[at] + j);
      const float weight = taps.of(y)[j];
      for (std::size_t x = 0; x < sums.size(); ++x) sums[x] += row[x] * weight;
    }
    std::ranges::transform(sums, to.row(y), [](float sum) {
      return static_cast<std::uint8_t>(std::clamp(std::lrint(sum), 0L, 255L));
    });
  }
  return to;
}

}  // namespace glowplug::handler::image
