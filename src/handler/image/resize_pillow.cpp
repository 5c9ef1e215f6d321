#include "handler/image/resize_pillow.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <vector>

#include "handler/image/resample_kernels.h"

namespace glowplug::handler::image {
namespace {

/// One side of a resize.
struct Side {
  int input = 0;
  int output = 0;
  Range wanted;

  [[nodiscard]] bool keeps_size() const { return input == output; }
};

/// Taps that copy.
Taps<std::int32_t> identity_taps(Range wanted) {
  const auto count = static_cast<std::size_t>(wanted.count);
  Taps<std::int32_t> taps;
  taps.stride = 1;
  taps.first.resize(count);
  std::iota(taps.first.begin(), taps.first.end(), wanted.begin);
  taps.count.assign(count, 1);
  taps.weights.assign(count, 1 << kPillowBits);
  return taps;
}

/// Rows of the input made as wide as the output: each is made once, when it is first needed, and
/// kept until no later output row needs it.
class NarrowedRows {
 public:
  NarrowedRows(const Image& image, const Side& side, int rows_at_once, Filter filter)
      : image_(image),
        row_bytes_(static_cast<std::size_t>(side.wanted.count) *
                   static_cast<std::size_t>(image.channels)),
        slots_(static_cast<std::size_t>(rows_at_once)),
        begin_(side.wanted.begin),
        keeps_size_(side.keeps_size()) {
    if (keeps_size_) return;
    taps_ = pillow_taps(side.input, side.output, filter, side.wanted);
    kept_.resize(slots_ * row_bytes_);
  }
  /// Calls come with rising `y`, never more than `rows_at_once` behind the highest.
  const std::uint8_t* row(int y) {
    if (keeps_size_) return image_.row(y) + std::ptrdiff_t{image_.channels} * begin_;
    for (; made_ <= y; ++made_)
      resample_kernels().across(image_.row(made_), image_.channels, taps_, slot(made_));
    return slot(y);
  }
  void skip_to(int y) { made_ = std::max(made_, y); }

 private:
  std::uint8_t* slot(int y) {
    return kept_.data() + static_cast<std::size_t>(y) % slots_ * row_bytes_;
  }
  const Image& image_;
  std::size_t row_bytes_;
  std::size_t slots_;
  int begin_;
  bool keeps_size_;
  Taps<std::int32_t> taps_;
  std::vector<std::uint8_t> kept_;
  int made_ = 0;
};

Result<Image> resample(const Image& image, const Side& across, const Side& down, Filter filter) {
  GLOWPLUG_ASSIGN(Image to, make_image(across.wanted.count, down.wanted.count, image.channels));
  const Taps<std::int32_t> taps = down.keeps_size()
                                      ? identity_taps(down.wanted)
                                      : pillow_taps(down.input, down.output, filter, down.wanted);
  NarrowedRows narrowed(image, across, taps.stride, filter);
  std::vector<const std::uint8_t*> rows(static_cast<std::size_t>(taps.stride));
  for (int y = 0; y < to.height; ++y) {
    const auto at = static_cast<std::size_t>(y);
    narrowed.skip_to(taps.first[at]);
    for (int j = 0; j < taps.count[at]; ++j)
      rows[static_cast<std::size_t>(j)] = narrowed.row(taps.first[at] + j);
    if (down.keeps_size()) {
      std::memcpy(to.row(y), rows[0], to.row_bytes());
    } else {
      resample_kernels().down(rows.data(), taps.of(y), taps.count[at], to.row_bytes(), to.row(y));
    }
  }
  return to;
}

/// Pillow makes very tall pictures lower before it makes them narrower (Image.py, resize).
Result<Image> resample_in_order(const Image& image, const Side& across, const Side& down,
                                Filter filter) {
  if (image.height <= std::int64_t{100} * image.width || down.output >= image.height)
    return resample(image, across, down, filter);
  const Side all_columns{image.width, image.width, {0, image.width}};
  GLOWPLUG_ASSIGN(const Image lower, resample(image, all_columns, down, filter));
  return resample(lower, across, {lower.height, lower.height, {0, lower.height}}, filter);
}

/// Source of each output; the coordinate is a running sum, as in Geometry.c (ImagingScaleAffine),
/// which is not the same as a product. -1: outside by rounding, and Pillow leaves a 0 there.
std::vector<int> nearest_sources(const Side& side) {
  std::vector<int> sources(static_cast<std::size_t>(side.output));
  const double step = static_cast<double>(side.input) / side.output;
  double at = step * 0.5;
  for (int& source : sources) {
    source = static_cast<int>(at) < side.input ? static_cast<int>(at) : -1;
    at += step;
  }
  const auto begin = sources.begin() + side.wanted.begin;
  return {begin, begin + side.wanted.count};
}

Result<Image> resize_nearest(const Image& image, const Side& across, const Side& down) {
  GLOWPLUG_ASSIGN(Image to, make_image(across.wanted.count, down.wanted.count, image.channels));
  const std::vector<int> columns = nearest_sources(across);
  const std::vector<int> rows = nearest_sources(down);
  const auto channels = static_cast<std::size_t>(image.channels);
  for (int y = 0; y < to.height; ++y) {
    const int source = rows[static_cast<std::size_t>(y)];
    std::uint8_t* pixel = to.row(y);
    for (const int column : columns) {
      if (source < 0 || column < 0) {
        std::memset(pixel, 0, channels);
      } else {
        std::memcpy(pixel, image.row(source) + channels * static_cast<std::size_t>(column),
                    channels);
      }
      pixel += channels;
    }
  }
  return to;
}

/// libImaging/Convert.c: rgba2rgbA, la2lA.
void premultiply(Image& image) {
  const int colors = image.channels - 1;
  std::uint8_t* pixel = image.pixels.get();
  for (std::size_t i = 0; i < image.size(); i += static_cast<std::size_t>(image.channels)) {
    const std::uint32_t alpha = pixel[colors];
    for (int c = 0; c < colors; ++c) {
      const std::uint32_t product = pixel[c] * alpha + 128;
      pixel[c] = static_cast<std::uint8_t>(((product >> 8) + product) >> 8);
    }
    pixel += image.channels;
  }
}

/// libImaging/Convert.c: rgbA2rgba, lA2la.
void divide_by_alpha(Image& image) {
  const int colors = image.channels - 1;
  std::uint8_t* pixel = image.pixels.get();
  for (std::size_t i = 0; i < image.size(); i += static_cast<std::size_t>(image.channels)) {
    const std::uint32_t alpha = pixel[colors];
    for (int c = 0; c < colors && alpha != 0; ++c)
      pixel[c] = static_cast<std::uint8_t>(std::min(255U, 255U * pixel[c] / alpha));
    pixel += image.channels;
  }
}

}  // namespace

Result<Image> resize_pillow(const Image& image, int width, int height, Filter filter) {
  if (width == image.width && height == image.height) return copy_image(image);
  return resize_pillow(image, width, height, filter, {0, width}, {0, height});
}

Result<Image> resize_pillow(const Image& image, int width, int height, Filter filter, Range columns,
                            Range rows) {
  GLOWPLUG_CHECK(filter != Filter::area && columns.begin >= 0 && columns.count > 0 &&
                 rows.begin >= 0 && rows.count > 0);
  GLOWPLUG_CHECK(columns.begin + columns.count <= width && rows.begin + rows.count <= height);
  const Side across{image.width, width, columns};
  const Side down{image.height, height, rows};
  if (filter == Filter::nearest) return resize_nearest(image, across, down);
  const bool same = across.keeps_size() && down.keeps_size();
  if (same || (image.channels != 2 && image.channels != 4))
    return resample_in_order(image, across, down, filter);
  GLOWPLUG_ASSIGN(Image multiplied, copy_image(image));
  premultiply(multiplied);
  GLOWPLUG_ASSIGN(Image resized, resample_in_order(multiplied, across, down, filter));
  divide_by_alpha(resized);
  return resized;
}

}  // namespace glowplug::handler::image
