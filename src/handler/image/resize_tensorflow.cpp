#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <vector>

#include "handler/image/resize_float.h"

namespace glowplug::handler::image {
namespace {

/// What one output of an axis takes.
template <std::size_t n>
struct Sampled {
  std::array<int, n> from{};
  std::array<float, n> weights{};
};

float half_pixel(int i, float scale) { return (static_cast<float>(i) + 0.5F) * scale - 0.5F; }

/// compute_interpolation_weights; the second weight is how far the output lies from the first.
std::vector<Sampled<2>> linear_axis(int input, int output) {
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  std::vector<Sampled<2>> axis(static_cast<std::size_t>(output));
  for (int i = 0; i < output; ++i) {
    const float at = half_pixel(i, scale);
    const float floor = std::floor(at);
    axis[static_cast<std::size_t>(i)] = {{std::max(static_cast<int>(floor), 0),
                                          std::min(static_cast<int>(std::ceil(at)), input - 1)},
                                         {0.0F, at - floor}};
  }
  return axis;
}

/// InitCoeffsTable with a = -0.5: for distance i / 1024 and 1 + i / 1024.
struct KeysTable {
  static constexpr int kSteps = 1024;
  std::array<std::array<float, 2>, kSteps + 1> weights{};
  KeysTable() {
    constexpr double kA = -0.5;
    for (std::size_t i = 0; i <= kSteps; ++i) {
      auto x = static_cast<float>(static_cast<double>(i) / kSteps);
      weights[i][0] = static_cast<float>(((kA + 2) * x - (kA + 3)) * x * x + 1);
      x += 1.0F;
      weights[i][1] = static_cast<float>(((kA * x - 5 * kA) * x + 8 * kA) * x - 4 * kA);
    }
  }
};

/// GetWeightsAndIndices with use_keys_cubic.
std::vector<Sampled<4>> cubic_axis(int input, int output) {
  const KeysTable table;
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  std::vector<Sampled<4>> axis(static_cast<std::size_t>(output));
  for (int i = 0; i < output; ++i) {
    const float at = half_pixel(i, scale);
    const int floor = static_cast<int>(std::floor(at));
    const auto step =
        static_cast<std::size_t>(std::lrint((at - static_cast<float>(floor)) * KeysTable::kSteps));
    const std::size_t rest = KeysTable::kSteps - step;
    const std::array<float, 4> weights = {table.weights[step][1], table.weights[step][0],
                                          table.weights[rest][0], table.weights[rest][1]};
    Sampled<4>& sampled = axis[static_cast<std::size_t>(i)];
    float sum = 0;
    for (int k = 0; k < 4; ++k) {
      const int from = floor - 1 + k;
      const auto index = static_cast<std::size_t>(k);
      sampled.from[index] = std::clamp(from, 0, input - 1);
      sampled.weights[index] = sampled.from[index] == from ? weights[index] : 0.0F;
      sum += sampled.weights[index];
    }
    for (float& weight : sampled.weights) weight *= 1.0F / sum;
  }
  return axis;
}

void bilinear_rows(const Image& image, FloatImage& to) {
  const auto columns = linear_axis(image.width, to.width);
  const auto rows = linear_axis(image.height, to.height);
  const std::ptrdiff_t channels = image.channels;
  float* value = to.pixels.data();
  for (const Sampled<2>& row : rows) {
    const std::uint8_t* upper = image.row(row.from[0]);
    const std::uint8_t* lower = image.row(row.from[1]);
    for (const Sampled<2>& column : columns) {
      const std::ptrdiff_t left = channels * column.from[0];
      const std::ptrdiff_t right = channels * column.from[1];
      for (std::ptrdiff_t c = 0; c < channels; ++c) {
        const float top_left = upper[left + c];
        const float bottom_left = lower[left + c];
        const float top =
            top_left + (static_cast<float>(upper[right + c]) - top_left) * column.weights[1];
        const float bottom =
            bottom_left + (static_cast<float>(lower[right + c]) - bottom_left) * column.weights[1];
        *value++ = top + (bottom - top) * row.weights[1];
      }
    }
  }
}

/// Down first, then across.
void bicubic_rows(const Image& image, FloatImage& to) {
  const auto columns = cubic_axis(image.width, to.width);
  const auto rows = cubic_axis(image.height, to.height);
  const auto channels = static_cast<std::size_t>(image.channels);
  std::vector<float> sums(image.row_bytes());
  float* value = to.pixels.data();
  for (const Sampled<4>& row : rows) {
    std::ranges::fill(sums, 0.0F);
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint8_t* from = image.row(row.from[k]);
      for (std::size_t x = 0; x < sums.size(); ++x)
        sums[x] += static_cast<float>(from[x]) * row.weights[k];
    }
    for (const Sampled<4>& column : columns) {
      for (std::size_t c = 0; c < channels; ++c) {
        float sum = 0;
        for (std::size_t k = 0; k < 4; ++k)
          sum += sums[static_cast<std::size_t>(column.from[k]) * channels + c] * column.weights[k];
        *value++ = sum;
      }
    }
  }
}

void nearest_rows(const Image& image, FloatImage& to) {
  const float scale_x = static_cast<float>(image.width) / static_cast<float>(to.width);
  const float scale_y = static_cast<float>(image.height) / static_cast<float>(to.height);
  const auto source = [](int i, float scale, int input) {
    return std::min(static_cast<int>(std::floor((static_cast<float>(i) + 0.5F) * scale)),
                    input - 1);
  };
  float* value = to.pixels.data();
  for (int y = 0; y < to.height; ++y) {
    const std::uint8_t* row = image.row(source(y, scale_y, image.height));
    for (int x = 0; x < to.width; ++x) {
      const std::uint8_t* from =
          row + std::ptrdiff_t{image.channels} * source(x, scale_x, image.width);
      for (int c = 0; c < to.channels; ++c) *value++ = from[c];
    }
  }
}

}  // namespace

Result<FloatImage> resize_tensorflow(const Image& image, int width, int height, Filter filter) {
  FloatImage to{width, height, image.channels, {}};
  try {
    to.pixels.resize(to.row_values() * static_cast<std::size_t>(height));
  } catch (const std::bad_alloc&) {
    return Error{Code::exhausted, "no memory for the resized picture", {}};
  }
  if (filter == Filter::nearest) {
    nearest_rows(image, to);
  } else if (filter == Filter::bicubic) {
    bicubic_rows(image, to);
  } else {
    bilinear_rows(image, to);
  }
  return to;
}

}  // namespace glowplug::handler::image
