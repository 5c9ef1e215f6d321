#include "handler/image/resize_opencv_area.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace glowplug::handler::image {
namespace {

std::uint8_t to_pixel(float value) {
  return static_cast<std::uint8_t>(std::clamp(std::lrint(value), 0L, 255L));
}

/// Whole factors: sums of integers; 2 x 2 rounds half up, the others half to even.
Result<Image> whole_factors(const Image& image, int width, int height) {
  GLOWPLUG_ASSIGN(Image to, make_image(width, height, image.channels));
  const int across = image.width / width;
  const int down = image.height / height;
  const float share = 1.0F / static_cast<float>(across * down);
  std::vector<std::int32_t> sums(to.row_bytes());
  for (int y = 0; y < height; ++y) {
    std::ranges::fill(sums, 0);
    for (int row = y * down; row < (y + 1) * down; ++row) {
      const std::uint8_t* from = image.row(row);
      for (int x = 0; x < width; ++x) {
        std::int32_t* sum = sums.data() + std::ptrdiff_t{x} * image.channels;
        for (int k = 0; k < across; ++k) {
          for (int c = 0; c < image.channels; ++c) sum[c] += *from++;
        }
      }
    }
    for (std::size_t x = 0; x < sums.size(); ++x) {
      to.row(y)[x] = across == 2 && down == 2 ? static_cast<std::uint8_t>((sums[x] + 2) >> 2)
                                              : to_pixel(static_cast<float>(sums[x]) * share);
    }
  }
  return to;
}

/// One input's part of one output.
struct Share {
  int from = 0;
  int to = 0;
  float weight = 0;
};

/// computeResizeAreaTab.
std::vector<Share> shares_of(int input, int output) {
  const double scale = 1.0 / (static_cast<double>(output) / input);
  std::vector<Share> shares;
  for (int i = 0; i < output; ++i) {
    const double begin = i * scale;
    const double end = begin + scale;
    const double cell = std::min(scale, input - begin);
    const int last = std::min(static_cast<int>(std::floor(end)), input - 1);
    const int first = std::min(static_cast<int>(std::ceil(begin)), last);
    if (first - begin > 1e-3)
      shares.push_back({first - 1, i, static_cast<float>((first - begin) / cell)});
    for (int j = first; j < last; ++j) shares.push_back({j, i, static_cast<float>(1.0 / cell)});
    if (end - last > 1e-3) {
      const double rest = std::min(std::min(end - last, 1.0), cell);
      shares.push_back({last, i, static_cast<float>(rest / cell)});
    }
  }
  return shares;
}

Result<Image> any_factors(const Image& image, int width, int height) {
  GLOWPLUG_ASSIGN(Image to, make_image(width, height, image.channels));
  const std::vector<Share> columns = shares_of(image.width, width);
  const std::vector<Share> rows = shares_of(image.height, height);
  const auto channels = static_cast<std::size_t>(image.channels);
  std::vector<float> narrowed(to.row_bytes());
  std::vector<float> sums(to.row_bytes());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    const std::uint8_t* from = image.row(rows[k].from);
    std::ranges::fill(narrowed, 0.0F);
    for (const Share& share : columns) {
      for (int c = 0; c < image.channels; ++c)
        narrowed[static_cast<std::size_t>(share.to) * channels + static_cast<std::size_t>(c)] +=
            static_cast<float>(from[share.from * image.channels + c]) * share.weight;
    }
    const bool starts = k == 0 || rows[k - 1].to != rows[k].to;
    for (std::size_t x = 0; x < sums.size(); ++x)
      sums[x] = (starts ? 0.0F : sums[x]) + rows[k].weight * narrowed[x];
    if (k + 1 == rows.size() || rows[k + 1].to != rows[k].to)
      std::ranges::transform(sums, to.row(rows[k].to), to_pixel);
  }
  return to;
}

}  // namespace

Result<Image> resize_opencv_area(const Image& image, int width, int height) {
  // OpenCV compares the factor with its rounded value to within DBL_EPSILON.
  if (image.width % width == 0 && image.height % height == 0)
    return whole_factors(image, width, height);
  return any_factors(image, width, height);
}

}  // namespace glowplug::handler::image
