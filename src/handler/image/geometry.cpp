#include "handler/image/geometry.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace glowplug::handler::image {
namespace {

struct Size {
  int width = 0;
  int height = 0;
};

/// A picture of 131072 x 1 that is made 16384 high would be 2^31 wide.
constexpr std::int64_t kMaxPixelsMade = std::int64_t{64} << 20;

Result<void> check_pixels(std::string_view what, std::int64_t width, std::int64_t height) {
  if (width * height <= kMaxPixelsMade) return {};
  return Error{Code::too_large,
               fmt::format("the picture would be {} to {} by {} pixels", what, width, height),
               {}};
}

/// The other side, when `side` becomes `edge`: Python's int(edge * other / side).
std::int64_t scaled(std::int64_t edge, std::int64_t other, std::int64_t side) {
  return edge * other / side;
}

/// Python's round(other * (edge / side)).
std::int64_t rounded(std::int64_t edge, std::int64_t other, std::int64_t side) {
  const double scale = static_cast<double>(edge) / static_cast<double>(side);
  return std::lrint(static_cast<double>(other) * scale);
}

/// transformers, image_processing_detr.py, get_size_with_aspect_ratio; torchvision,
/// _compute_resized_output_size.
Result<Size> within_both_edges(const Resize& resize, Mode mode, int width, int height) {
  const std::int64_t shorter = std::min(width, height);
  const std::int64_t longer = std::max(width, height);
  std::int64_t edge = *resize.shortest_edge;
  const std::int64_t most = *resize.longest_edge;
  std::int64_t other = scaled(edge, longer, shorter);
  if (mode == Mode::pil || mode == Mode::torchvision_tensor) {
    const auto ratio = static_cast<double>(longer) / static_cast<double>(shorter);
    const bool too_long = ratio * static_cast<double>(edge) > static_cast<double>(most);
    double exact = static_cast<double>(edge);
    if (too_long) {
      exact = static_cast<double>(most * shorter) / static_cast<double>(longer);
      edge = std::lrint(exact);  // half to even, as Python's round
    }
    other = static_cast<std::int64_t>(exact * static_cast<double>(longer) /
                                      static_cast<double>(shorter));
    if (edge == shorter) other = longer;
  } else if (other > most) {
    edge = scaled(most, edge, other);
    other = most;
  }
  if (edge < 1)
    return invalid_argument(
        fmt::format("a picture of {}x{} pixels would be resized to nothing", width, height));
  const Size size{static_cast<int>(width <= height ? edge : other),
                  static_cast<int>(width <= height ? other : edge)};
  return size;
}

Result<Size> resized(const Resize& resize, Mode mode, int width, int height) {
  if (resize.width) return Size{*resize.width, *resize.height};
  if (resize.shortest_edge && resize.longest_edge)
    return within_both_edges(resize, mode, width, height);
  const bool shortest = resize.shortest_edge.has_value();
  const std::int64_t edge = shortest ? *resize.shortest_edge : *resize.longest_edge;
  // The side that gets the edge.
  const bool by_width = shortest == (width <= height);
  const auto of_other = resize.round ? rounded : scaled;
  const std::int64_t other = std::max<std::int64_t>(
      1, by_width ? of_other(edge, height, width) : of_other(edge, width, height));
  GLOWPLUG_TRY(check_pixels("resized", edge, other));
  return by_width ? Size{static_cast<int>(edge), static_cast<int>(other)}
                  : Size{static_cast<int>(other), static_cast<int>(edge)};
}

int floor_half(int difference) { return difference >> 1; }

/// First row of the crop; negative when the picture is smaller.
int crop_start(Mode mode, int have, int want) {
  const int difference = have - want;
  const bool torchvision = mode == Mode::torchvision || mode == Mode::torchvision_tensor;
  if (difference < 0) return mode == Mode::pil ? floor_half(difference) : -(-difference / 2);
  if (!torchvision) return difference / 2;
  return static_cast<int>(std::lrint(difference / 2.0));
}

Result<void> place_pad(const Pad& pad, Geometry& at) {
  if (at.crop_width > pad.width || at.crop_height > pad.height) {
    return invalid_argument(fmt::format("a picture of {}x{} pixels does not fit into pad, {}x{}",
                                        at.crop_width, at.crop_height, pad.width, pad.height));
  }
  at.width = pad.width;
  at.height = pad.height;
  if (pad.center) {
    at.pad_x = (pad.width - at.crop_width) / 2;
    at.pad_y = (pad.height - at.crop_height) / 2;
  }
  return {};
}

}  // namespace

Result<Geometry> geometry_of(const ImageSpec& spec, int width, int height) {
  Size size{width, height};
  if (spec.resize) {
    GLOWPLUG_ASSIGN(size, resized(*spec.resize, spec.mode, width, height));
  }
  Geometry at;
  at.resized_width = at.crop_width = size.width;
  at.resized_height = at.crop_height = size.height;
  if (spec.crop) {
    at.crop_width = spec.crop->width;
    at.crop_height = spec.crop->height;
    if (spec.crop->center) {
      at.crop_x = crop_start(spec.mode, size.width, at.crop_width);
      at.crop_y = crop_start(spec.mode, size.height, at.crop_height);
    }
  }
  at.width = at.crop_width;
  at.height = at.crop_height;
  if (spec.pad) GLOWPLUG_TRY(place_pad(*spec.pad, at));
  GLOWPLUG_TRY(check_pixels("resized", at.resized_width, at.resized_height));
  GLOWPLUG_TRY(check_pixels("padded or cropped", at.width, at.height));
  return at;
}

std::optional<Shape> fixed_shape(const ImageSpec& spec) {
  if (spec.pad) return shape_of(spec, spec.pad->width, spec.pad->height);
  if (spec.crop) return shape_of(spec, spec.crop->width, spec.crop->height);
  if (spec.resize && spec.resize->width)
    return shape_of(spec, *spec.resize->width, *spec.resize->height);
  return std::nullopt;
}

Shape shape_of(const ImageSpec& spec, int width, int height) {
  if (spec.layout == Layout::nchw) return {1, spec.channels(), height, width};
  return {1, height, width, spec.channels()};
}

}  // namespace glowplug::handler::image
