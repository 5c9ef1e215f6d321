#include "handler/image/normalize.h"

#include <array>
#include <bit>
#include <cstring>

#include "handler/image/half.h"

namespace glowplug::handler::image {
namespace {

/// One channel of a spec. `v` is what a pixel has, 0 to 255.
class Normalizer {
 public:
  Normalizer(const ImageSpec& spec, std::size_t channel)
      : mode_(spec.mode),
        rescale_(spec.rescale),
        normalizes_(!spec.mean.empty() || !spec.std.empty()),
        mean_(value_of(spec.mean, channel, 0)),
        std_(value_of(spec.std, channel, 1)) {
    fused_ = mode_ == Mode::torchvision_tensor && normalizes_ && rescale_ != 1;
    if (!fused_) return;
    const auto back = static_cast<float>(1.0 / rescale_);
    mean_ *= back;
    std_ *= back;
  }
  [[nodiscard]] float operator()(float v) const {
    const float scaled = fused_ ? v : rescaled(v);
    return normalizes_ ? (scaled - mean_) / std_ : scaled;
  }

 private:
  static float value_of(const std::vector<double>& values, std::size_t channel, float otherwise) {
    if (values.empty()) return otherwise;
    return static_cast<float>(values[values.size() == 1 ? 0 : channel]);
  }
  [[nodiscard]] float rescaled(float v) const {
    if (rescale_ == 1) return v;
    if (mode_ == Mode::pil) return static_cast<float>(static_cast<double>(v) * rescale_);
    if (mode_ == Mode::torchvision && rescale_ == 1.0 / 255.0) return v / 255.0F;
    return v * static_cast<float>(rescale_);
  }
  Mode mode_;
  double rescale_;
  bool normalizes_;
  bool fused_ = false;
  float mean_;
  float std_;
};

template <class Element>
Element element_of(float value);
template <>
float element_of(float value) {
  return value;
}
template <>
Half element_of(float value) {
  return half_of(value);
}
template <>
std::uint8_t element_of(float value) {  // as a cast in TensorFlow or NumPy, without its overflow
  return value <= 0     ? std::uint8_t{0}
         : value >= 255 ? std::uint8_t{255}
                        : static_cast<std::uint8_t>(value);
}
template <>
std::int8_t element_of(float value) {
  return static_cast<std::int8_t>(element_of<std::uint8_t>(value) - 128);
}

/// Elements of one channel for each byte.
template <class Element>
struct ByteTable {
  std::array<Element, 256> elements{};
  explicit ByteTable(const Normalizer& normalizer) {
    for (std::size_t v = 0; v < elements.size(); ++v)
      elements[v] = element_of<Element>(normalizer(static_cast<float>(v)));
  }
  Element operator()(std::uint8_t v) const { return elements[v]; }
};

template <class Element>
struct FloatElements {
  Normalizer normalizer;
  explicit FloatElements(const Normalizer& its) : normalizer(its) {}
  Element operator()(float v) const { return element_of<Element>(normalizer(v)); }
};

/// Where an element of channel c at x, y lies in a row of the tensor.
struct Strides {
  std::ptrdiff_t x, y, c;
};

Strides strides_of(const ImageSpec& spec, const Geometry& at) {
  const std::ptrdiff_t channels = spec.channels();
  if (spec.layout == Layout::nchw) return {1, at.width, std::ptrdiff_t{at.width} * at.height};
  return {channels, channels * at.width, 1};
}

template <class Element>
void fill_line(Element* to, std::ptrdiff_t step, int from, int until, Element value) {
  for (int x = from; x < until; ++x) to[x * step] = value;
}

/// One channel of the output. `source`: of the picture; `zero`: outside the picture, inside the
/// crop; `padding`: outside the crop.
template <class Element, class Picture, class Convert>
void write_channel(const Picture& image, int source, const Geometry& at, const Convert& convert,
                   Element zero, Element padding, const Strides& strides, Element* to) {
  // Columns of the output: crop, and in it the picture.
  const int crop_begin = at.pad_x;
  const int crop_end = at.pad_x + at.crop_width;
  const int begin = crop_begin + std::min(std::max(-at.crop_x, 0), at.crop_width);
  const int end =
      std::max(begin, crop_begin + std::min(at.crop_width, at.resized_width - at.crop_x));
  for (int y = 0; y < at.height; ++y, to += strides.y) {
    const int crop_y = y - at.pad_y;
    if (crop_y < 0 || crop_y >= at.crop_height) {
      fill_line(to, strides.x, 0, at.width, padding);
      continue;
    }
    fill_line(to, strides.x, 0, crop_begin, padding);
    fill_line(to, strides.x, crop_end, at.width, padding);
    const int row = crop_y + at.crop_y;
    if (row < 0 || row >= image.height) {
      fill_line(to, strides.x, crop_begin, crop_end, zero);
      continue;
    }
    fill_line(to, strides.x, crop_begin, begin, zero);
    fill_line(to, strides.x, end, crop_end, zero);
    const auto* from =
        image.row(row) + source + std::ptrdiff_t{image.channels} * (begin - crop_begin + at.crop_x);
    for (int x = begin; x < end; ++x, from += image.channels) to[x * strides.x] = convert(*from);
  }
}

template <class Element, class Convert, class Picture>
void write_row(const Picture& image, const ImageSpec& spec, const Geometry& at,
               std::span<std::byte> row) {
  GLOWPLUG_CHECK(image.channels == spec.channels());
  const Strides strides = strides_of(spec, at);
  // The memory is a tensor's: made for elements of this type, though passed on as bytes.
  auto* to = reinterpret_cast<Element*>(row.data());
  for (int c = 0; c < image.channels; ++c) {
    const Normalizer normalizer(spec, static_cast<std::size_t>(c));
    const auto padding = spec.pad ? static_cast<float>(spec.pad->value) : 0.0F;
    const bool normalized = spec.pad && spec.pad->normalized;
    const int source = spec.color == Color::bgr ? image.channels - 1 - c : c;
    write_channel(image, source, at, Convert(normalizer), element_of<Element>(normalizer(0)),
                  element_of<Element>(normalized ? padding : normalizer(padding)), strides,
                  to + c * strides.c);
  }
}

}  // namespace

void normalize(const Image& image, const ImageSpec& spec, const Geometry& at,
               std::span<std::byte> row) {
  switch (spec.datatype) {
    case Datatype::fp16:
      return write_row<Half, ByteTable<Half>>(image, spec, at, row);
    case Datatype::uint8:
      return write_row<std::uint8_t, ByteTable<std::uint8_t>>(image, spec, at, row);
    case Datatype::int8:
      return write_row<std::int8_t, ByteTable<std::int8_t>>(image, spec, at, row);
    default:
      return write_row<float, ByteTable<float>>(image, spec, at, row);
  }
}

void normalize(const FloatImage& image, const ImageSpec& spec, const Geometry& at,
               std::span<std::byte> row) {
  switch (spec.datatype) {
    case Datatype::fp16:
      return write_row<Half, FloatElements<Half>>(image, spec, at, row);
    case Datatype::uint8:
      return write_row<std::uint8_t, FloatElements<std::uint8_t>>(image, spec, at, row);
    case Datatype::int8:
      return write_row<std::int8_t, FloatElements<std::int8_t>>(image, spec, at, row);
    default:
      return write_row<float, FloatElements<float>>(image, spec, at, row);
  }
}

}  // namespace glowplug::handler::image
