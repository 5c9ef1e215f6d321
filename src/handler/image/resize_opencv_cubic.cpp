#include "handler/image/resize_opencv_cubic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace glowplug::handler::image {
namespace {

struct CubicNeighbors {
  std::array<int, 4> from{};
  std::array<float, 4> weights{};
};

double inner(double x) { return (1.25 * x - 2.25) * x * x + 1; }             // x < 1
double outer(double x) { return ((-0.75 * x + 3.75) * x - 6.0) * x + 3.0; }  // 1 <= x < 2

std::vector<CubicNeighbors> cubic_neighbors_of(int input, int output) {
  std::vector<CubicNeighbors> axis(static_cast<std::size_t>(output));
  const double scale = static_cast<double>(input) / output;
  for (int i = 0; i < output; ++i) {
    const double at = (i + 0.5) * scale - 0.5;
    const int floor = static_cast<int>(std::floor(at));
    const double x = at - floor;
    CubicNeighbors& neighbors = axis[static_cast<std::size_t>(i)];
    const std::array<double, 4> weights = {outer(x + 1), inner(x), inner(1 - x), outer(2 - x)};
    for (std::size_t k = 0; k < 4; ++k) {
      neighbors.from[k] = std::clamp(floor - 1 + static_cast<int>(k), 0, input - 1);
      neighbors.weights[k] = static_cast<float>(weights[k]);
    }
  }
  return axis;
}

}  // namespace

Result<Image> resize_opencv_cubic(const Image& image, int width, int height) {
  GLOWPLUG_ASSIGN(Image to, make_image(width, height, image.channels));
  const std::vector<CubicNeighbors> columns = cubic_neighbors_of(image.width, width);
  const std::vector<CubicNeighbors> rows = cubic_neighbors_of(image.height, height);
  const auto channels = static_cast<std::size_t>(image.channels);
  std::vector<float> sums(image.row_bytes());
  for (int y = 0; y < height; ++y) {
    const CubicNeighbors& row = rows[static_cast<std::size_t>(y)];
    std::ranges::fill(sums, 0.0F);
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint8_t* from = image.row(row.from[k]);
      for (std::size_t x = 0; x < sums.size(); ++x)
        sums[x] += static_cast<float>(from[x]) * row.weights[k];
    }
    std::uint8_t* pixel = to.row(y);
    for (const CubicNeighbors& column : columns) {
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < 4; ++k)
          sum += sums[static_cast<std::size_t>(column.from[k]) * channels + c] * column.weights[k];
        *pixel++ = static_cast<std::uint8_t>(std::clamp(std::lrint(sum), 0L, 255L));
      }
    }
  }
  return to;
}

}  // namespace glowplug::handler::image
