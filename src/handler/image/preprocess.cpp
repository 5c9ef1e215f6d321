#include "handler/image/preprocess.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>

#include "handler/image/color.h"
#include "handler/image/geometry.h"
#include "handler/image/normalize.h"
#include "handler/image/resize_float.h"
#include "handler/image/resize_opencv.h"
#include "handler/image/resize_pillow.h"
#include "handler/image/stage_clock.h"

namespace glowplug::handler::image {
namespace {

GrayFormula gray_formula(Mode mode) {
  if (mode == Mode::opencv) return GrayFormula::opencv;
  if (mode == Mode::tensorflow) return GrayFormula::tensorflow;
  return GrayFormula::pillow;
}

bool swaps_axes(const Image& image, const ImageSpec& spec) {
  return spec.orientation == OrientationRule::apply && image.orientation >= 5 &&
         image.orientation <= 8;
}

Result<Geometry> geometry_of_image(const Image& image, const ImageSpec& spec) {
  const bool swaps = swaps_axes(image, spec);
  return geometry_of(spec, swaps ? image.height : image.width, swaps ? image.width : image.height);
}

std::size_t bytes_of(const Geometry& at, const ImageSpec& spec) {
  return static_cast<std::size_t>(at.width) * static_cast<std::size_t>(at.height) *
         static_cast<std::size_t>(spec.channels()) * element_size(spec.datatype);
}

/// Orientation and color.
Result<Image> prepare(Image image, const ImageSpec& spec, Trace* trace) {
  if (spec.orientation == OrientationRule::apply && image.orientation != 1) {
    const StageClock clock(trace);
    GLOWPLUG_ASSIGN(image, apply_orientation(std::move(image)));
    clock.done("orientation", image);
  }
  if (image.channels != spec.channels()) {
    const StageClock clock(trace);
    GLOWPLUG_ASSIGN(image, spec.color == Color::gray
                               ? to_gray(std::move(image), gray_formula(spec.mode))
                               : to_rgb(std::move(image)));
    clock.done("color", image);
  }
  return image;
}

/// Where the crop and the resized picture overlap; at least one pixel of it, wherever.
Range overlap(int crop_begin, int crop_count, int size) {
  const int begin = std::clamp(crop_begin, 0, size - 1);
  return {begin, std::max(1, std::min(crop_begin + crop_count, size) - begin)};
}

/// Resizes what the crop leaves, and makes `at` speak of that.
Result<Image> resize_as_pillow(const Image& image, const ImageSpec& spec, Geometry& at) {
  const Range columns = overlap(at.crop_x, at.crop_width, at.resized_width);
  const Range rows = overlap(at.crop_y, at.crop_height, at.resized_height);
  const int width = at.resized_width;
  const int height = at.resized_height;
  at.resized_width = columns.count;
  at.resized_height = rows.count;
  at.crop_x -= columns.begin;
  at.crop_y -= rows.begin;
  return resize_pillow(image, width, height, spec.resize->filter, columns, rows);
}

Result<Image> resize_bytes(const Image& image, const ImageSpec& spec, Geometry& at) {
  const Filter filter = spec.resize->filter;
  if (spec.mode == Mode::opencv)
    return resize_opencv(image, at.resized_width, at.resized_height, filter);
  if (spec.mode == Mode::torchvision_tensor)
    return resize_torch(image, at.resized_width, at.resized_height, filter);
  return resize_as_pillow(image, spec, at);
}

template <class Picture>
void finish(const Picture& image, const ImageSpec& spec, const Geometry& at,
            std::span<std::byte> row, Trace* trace) {
  const StageClock clock(trace);
  normalize(image, spec, at, row);
  clock.done("normalize", shape_of(spec, at.width, at.height), spec.datatype, row);
}

Result<void> run_steps(Image image, const ImageSpec& spec, Geometry at, std::span<std::byte> row,
                       Trace* trace) {
  GLOWPLUG_ASSIGN(image, prepare(std::move(image), spec, trace));
  if (at.resized_width == image.width && at.resized_height == image.height) {
    finish(image, spec, at, row, trace);
    return {};
  }
  const StageClock clock(trace);
  if (spec.mode == Mode::tensorflow) {
    GLOWPLUG_ASSIGN(
        const FloatImage resized,
        resize_tensorflow(image, at.resized_width, at.resized_height, spec.resize->filter));
    clock.done("resize", resized);
    finish(resized, spec, at, row, trace);
    return {};
  }
  GLOWPLUG_ASSIGN(const Image resized, resize_bytes(image, spec, at));
  clock.done("resize", resized);
  finish(resized, spec, at, row, trace);
  return {};
}

Result<void> run(Image image, const ImageSpec& spec, const Geometry& at, std::span<std::byte> row,
                 Trace* trace) {
  try {
    return run_steps(std::move(image), spec, at, row, trace);
  } catch (const std::bad_alloc&) {
    return Error{Code::exhausted, "no memory for the steps of a picture", {}};
  }
}

}  // namespace

Result<Shape> preprocessed_shape(const Image& image, const ImageSpec& spec) {
  GLOWPLUG_ASSIGN(const Geometry at, geometry_of_image(image, spec));
  return shape_of(spec, at.width, at.height);
}

Result<Tensor> preprocess(Image image, const ImageSpec& spec, Trace* trace) {
  GLOWPLUG_ASSIGN(const Geometry at, geometry_of_image(image, spec));
  Tensor tensor{spec.datatype, shape_of(spec, at.width, at.height), {}};
  try {
    tensor.bytes.resize(bytes_of(at, spec));
  } catch (const std::bad_alloc&) {
    return Error{Code::exhausted, "no memory for the tensor of a picture", {}};
  }
  GLOWPLUG_TRY(run(std::move(image), spec, at, tensor.bytes, trace));
  return tensor;
}

Result<void> preprocess_into(Image image, const ImageSpec& spec, std::span<std::byte> row,
                             Trace* trace) {
  GLOWPLUG_ASSIGN(const Geometry at, geometry_of_image(image, spec));
  if (row.size() != bytes_of(at, spec)) {
    return invalid_argument(
        fmt::format("the picture makes {} bytes of shape {}; {} are expected", bytes_of(at, spec),
                    to_string(shape_of(spec, at.width, at.height)), row.size()));
  }
  return run(std::move(image), spec, at, row, trace);
}

Result<Image> decode_for(std::span<const std::byte> file, const ImageSpec& spec,
                         const DecodeLimits& limits, Trace* trace) {
  const StageClock clock(trace);
  auto image = decode(file, limits, decode_rules(spec));
  if (image) clock.done("decode", *image);
  return image;
}

}  // namespace glowplug::handler::image
