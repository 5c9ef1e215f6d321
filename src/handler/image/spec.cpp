#include "handler/image/spec.h"

#include <fmt/format.h>

#include <cmath>
#include <span>

namespace glowplug::handler::image {
namespace {

/// Filters of each mode; where cv2 and tf.image have a name of their own, it is said in spec_json.
std::span<const Filter> filters_of(Mode mode) {
  static constexpr Filter kPil[] = {Filter::nearest, Filter::box,     Filter::bilinear,
                                    Filter::hamming, Filter::bicubic, Filter::lanczos};
  static constexpr Filter kTensor[] = {Filter::bilinear, Filter::bicubic};
  static constexpr Filter kOpencv[] = {Filter::nearest, Filter::bilinear, Filter::bicubic,
                                       Filter::area};
  static constexpr Filter kTensorflow[] = {Filter::nearest, Filter::bilinear, Filter::bicubic};
  switch (mode) {
    case Mode::torchvision_tensor:
      return kTensor;
    case Mode::opencv:
      return kOpencv;
    case Mode::tensorflow:
      return kTensorflow;
    default:
      return kPil;
  }
}

Result<void> check_filter(Mode mode, Filter filter) {
  std::string known;
  for (const Filter one : filters_of(mode)) {
    if (one == filter) return {};
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name_of(one));
  }
  return invalid_argument(fmt::format("resize.filter {} is not one of mode {} ({})",
                                      name_of(filter), name_of(mode), known));
}

Result<void> check_list(std::string_view key, const std::vector<double>& values, int channels) {
  if (values.size() > 1 && values.size() != static_cast<std::size_t>(channels)) {
    return invalid_argument(
        fmt::format("{} has {} values; 1 or {}, one for each channel, are expected", key,
                    values.size(), channels));
  }
  for (const double value : values) {
    if (!std::isfinite(static_cast<float>(value)))
      return invalid_argument(fmt::format("{} has a value that is no finite FP32 number", key));
    if (key == "std" && static_cast<float>(value) == 0.0F)
      return invalid_argument("std has a 0, by which nothing can be divided");
  }
  return {};
}

}  // namespace

std::string_view name_of(Mode mode) {
  switch (mode) {
    case Mode::pil:
      return "pil";
    case Mode::torchvision:
      return "torchvision";
    case Mode::torchvision_tensor:
      return "torchvision_tensor";
    case Mode::opencv:
      return "opencv";
    case Mode::tensorflow:
      break;
  }
  return "tensorflow";
}

Filter default_filter(Mode mode) { return mode == Mode::pil ? Filter::bicubic : Filter::bilinear; }

ImageSpec default_spec(Mode mode) {
  ImageSpec spec;
  spec.mode = mode;
  if (mode == Mode::opencv) {
    spec.color = Color::bgr;
    spec.orientation = OrientationRule::apply;
  }
  if (mode == Mode::torchvision || mode == Mode::torchvision_tensor) spec.rescale = 1.0 / 255.0;
  if (mode == Mode::tensorflow) spec.layout = Layout::nhwc;
  return spec;
}

DecodeRules decode_rules(const ImageSpec& spec) {
  return {.gray16_keeps_upper_byte = spec.mode == Mode::opencv || spec.mode == Mode::tensorflow};
}

Result<void> check_spec(const ImageSpec& spec) {
  if (spec.resize) GLOWPLUG_TRY(check_filter(spec.mode, spec.resize->filter));
  GLOWPLUG_TRY(check_list("mean", spec.mean, spec.channels()));
  GLOWPLUG_TRY(check_list("std", spec.std, spec.channels()));
  if (!std::isfinite(static_cast<float>(spec.rescale)))
    return invalid_argument("rescale is no finite FP32 number");
  const bool bytes = spec.datatype == Datatype::uint8 || spec.datatype == Datatype::int8;
  if (!bytes && spec.datatype != Datatype::fp32 && spec.datatype != Datatype::fp16) {
    return invalid_argument(
        fmt::format("datatype {} is not known (FP32, FP16, UINT8, INT8)", name_of(spec.datatype)));
  }
  if (bytes && (spec.rescale != 1 || !spec.mean.empty() || !spec.std.empty())) {
    return invalid_argument(fmt::format(
        "datatype {} is the pixels as they are: no rescale, mean or std", name_of(spec.datatype)));
  }
  if (spec.pad) {
    const bool fits = spec.pad->normalized
                          ? std::isfinite(static_cast<float>(spec.pad->value)) && !bytes
                          : spec.pad->value >= 0 && spec.pad->value <= 255 &&
                                spec.pad->value == std::floor(spec.pad->value);
    if (!fits)
      return invalid_argument(
          "pad.value is a whole number from 0 to 255, or with pad.normalized any of a float "
          "tensor");
    if (spec.crop && (spec.pad->width < spec.crop->width || spec.pad->height < spec.crop->height))
      return invalid_argument("pad is smaller than crop");
  }
  return {};
}

}  // namespace glowplug::handler::image
