#include "handler/image/resize_opencv.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "handler/image/resize_opencv_area.h"
#include "handler/image/resize_opencv_cubic.h"

namespace glowplug::handler::image {
namespace {

/// Weights are multiples of 1 / 2048 (INTER_RESIZE_COEF_BITS).
constexpr int kCoefficientBits = 11;

/// What one output of an axis takes: two neighbors from `first` on, which may lie outside.
struct Neighbors {
  int first = 0;
  std::array<std::int32_t, 2> weights{};
};

using Axis = std::vector<Neighbors>;

std::int32_t coefficient(float weight) {
  return static_cast<std::int32_t>(std::lrint(weight * (1 << kCoefficientBits)));
}

Neighbors linear_neighbors(int at, float fraction) {
  return {at, {coefficient(1.0F - fraction), coefficient(fraction)}};
}

enum class Place { by_center, by_area };

/// The neighbor to the left of output i and how far behind it.
std::pair<int, float> position(int i, double scale, Place place) {
  if (place == Place::by_area) {
    const int at = static_cast<int>(std::floor(i * scale));
    const auto fraction = static_cast<float>((i + 1) - (at + 1) * (1.0 / scale));
    return {at, fraction <= 0 ? 0.0F : fraction - std::floor(fraction)};
  }
  const auto where = static_cast<float>((i + 0.5) * scale - 0.5);
  const int at = static_cast<int>(std::floor(where));
  return {at, where - static_cast<float>(at)};
}

/// `clamps`: a position outside is put onto the border, as OpenCV does for columns; rows are read
/// from the border instead.
Axis axis_of(int input, int output, Place place, bool clamps) {
  Axis axis(static_cast<std::size_t>(output));
  const double scale = 1.0 / (static_cast<double>(output) / input);
  for (int i = 0; i < output; ++i) {
    auto [at, fraction] = position(i, scale, place);
    if (clamps && (at < 0 || at >= input - 1)) {
      at = std::clamp(at, 0, input - 1);
      fraction = 0;
    }
    axis[static_cast<std::size_t>(i)] = linear_neighbors(at, fraction);
  }
  return axis;
}

void across(const std::uint8_t* row, const Image& image, const Axis& axis, std::int32_t* to) {
  for (const Neighbors& neighbors : axis) {
    for (int c = 0; c < image.channels; ++c) {
      std::int32_t sum = 0;
      for (int k = 0; k < 2; ++k) {
        const int x = std::clamp(neighbors.first + k, 0, image.width - 1);
        sum += row[std::ptrdiff_t{x} * image.channels + c] *
               neighbors.weights[static_cast<std::size_t>(k)];
      }
      *to++ = sum;
    }
  }
}

using Sums = std::array<const std::int32_t*, 2>;

/// VResizeLinear for uchar: rounds twice, as its SIMD does.
void down_linear(const Sums& rows, const Neighbors& neighbors, std::size_t size, std::uint8_t* to) {
  for (std::size_t x = 0; x < size; ++x) {
    const std::int32_t upper = (neighbors.weights[0] * (rows[0][x] >> 4)) >> 16;
    const std::int32_t lower = (neighbors.weights[1] * (rows[1][x] >> 4)) >> 16;
    to[x] = static_cast<std::uint8_t>(std::clamp((upper + lower + 2) >> 2, 0, 255));
  }
}

Result<Image> interpolate(const Image& image, int width, int height, Place place) {
  GLOWPLUG_ASSIGN(Image to, make_image(width, height, image.channels));
  const Axis columns = axis_of(image.width, width, place, true);
  const Axis rows = axis_of(image.height, height, place, place == Place::by_area);
  const auto size = to.row_bytes();
  constexpr std::size_t slots = 2;
  std::vector<std::int32_t> kept(slots * size);
  std::array<int, slots> kept_row = {-1, -1};  // input row whose sums lie in each slot
  for (int y = 0; y < height; ++y) {
    const Neighbors& neighbors = rows[static_cast<std::size_t>(y)];
    Sums sums{};
    for (std::size_t k = 0; k < slots; ++k) {
      const int row = std::clamp(neighbors.first + static_cast<int>(k), 0, image.height - 1);
      const std::size_t slot = static_cast<std::size_t>(row) % slots;
      if (kept_row[slot] != row) {
        across(image.row(row), image, columns, kept.data() + slot * size);
        kept_row[slot] = row;
      }
      sums[k] = kept.data() + slot * size;
    }
    down_linear(sums, neighbors, size, to.row(y));
  }
  return to;
}

Result<Image> nearest(const Image& image, int width, int height) {
  GLOWPLUG_ASSIGN(Image to, make_image(width, height, image.channels));
  const double step_x = 1.0 / (static_cast<double>(width) / image.width);
  const double step_y = 1.0 / (static_cast<double>(height) / image.height);
  const auto channels = static_cast<std::size_t>(image.channels);
  for (int y = 0; y < height; ++y) {
    const std::uint8_t* row =
        image.row(std::min(static_cast<int>(std::floor(y * step_y)), image.height - 1));
    for (int x = 0; x < width; ++x) {
      const int from = std::min(static_cast<int>(std::floor(x * step_x)), image.width - 1);
      std::memcpy(to.row(y) + channels * static_cast<std::size_t>(x),
                  row + channels * static_cast<std::size_t>(from), channels);
    }
  }
  return to;
}

}  // namespace

Result<Image> resize_opencv(const Image& image, int width, int height, Filter filter) {
  if (width == image.width && height == image.height) return copy_image(image);
  if (filter == Filter::nearest) return nearest(image, width, height);
  const bool halves = image.width == 2 * width && image.height == 2 * height;
  const bool shrinks = width <= image.width && height <= image.height;
  // INTER_LINEAR by exactly one half is INTER_AREA there.
  if (shrinks && (filter == Filter::area || (filter == Filter::bilinear && halves)))
    return resize_opencv_area(image, width, height);
  if (filter == Filter::area) return interpolate(image, width, height, Place::by_area);
  if (filter == Filter::bicubic) return resize_opencv_cubic(image, width, height);
  return interpolate(image, width, height, Place::by_center);
}

}  // namespace glowplug::handler::image
