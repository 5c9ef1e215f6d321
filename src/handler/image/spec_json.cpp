#include <fmt/format.h>

#include <array>
#include <charconv>

#include "handler/image/json_reader.h"
#include "handler/image/spec.h"

namespace glowplug::handler::image {
namespace {

template <class Value, std::size_t n>
using Names = std::array<std::pair<Value, std::string_view>, n>;

constexpr Names<Mode, 5> kModes = {{{Mode::pil, "pil"},
                                    {Mode::torchvision, "torchvision"},
                                    {Mode::torchvision_tensor, "torchvision_tensor"},
                                    {Mode::opencv, "opencv"},
                                    {Mode::tensorflow, "tensorflow"}}};
constexpr Names<Color, 3> kColors = {
    {{Color::rgb, "rgb"}, {Color::bgr, "bgr"}, {Color::gray, "gray"}}};
constexpr Names<Layout, 2> kLayoutNames = {{{Layout::nchw, "nchw"}, {Layout::nhwc, "nhwc"}}};
constexpr Names<OrientationRule, 2> kOrientationRules = {
    {{OrientationRule::ignore, "ignore"}, {OrientationRule::apply, "apply"}}};
constexpr Names<Filter, 7> kFilters = {{{Filter::nearest, "nearest"},
                                        {Filter::box, "box"},
                                        {Filter::bilinear, "bilinear"},
                                        {Filter::hamming, "hamming"},
                                        {Filter::bicubic, "bicubic"},
                                        {Filter::lanczos, "lanczos"},
                                        {Filter::area, "area"}}};
constexpr Names<Datatype, 4> kDatatypes = {{{Datatype::fp32, "FP32"},
                                            {Datatype::fp16, "FP16"},
                                            {Datatype::uint8, "UINT8"},
                                            {Datatype::int8, "INT8"}}};

template <class Value, std::size_t n>
std::string_view name_in(const Names<Value, n>& names, Value value) {
  for (const auto& [one, name] : names) {
    if (one == value) return name;
  }
  return {};
}

/// Sets `to` if the key is there.
template <class Value, std::size_t n>
Result<void> read_name(const Json& json, std::string_view where, std::string_view key,
                       const Names<Value, n>& names, Value& to) {
  GLOWPLUG_ASSIGN(const auto text, text_at(json, where, key));
  if (!text) return {};
  std::string known;
  for (const auto& [value, name] : names) {
    if (name == *text) {
      to = value;
      return {};
    }
    known += fmt::format("{}{}", known.empty() ? "one of " : ", ", name);
  }
  return wrong_value(where, key, fmt::format("{}, not \"{}\"", known, *text));
}

Result<Resize> read_resize(const Json& json, Mode mode) {
  GLOWPLUG_TRY(check_keys(json, "resize",
                          {"shortest_edge", "longest_edge", "width", "height", "filter", "round"}));
  Resize resize;
  resize.filter = default_filter(mode);
  GLOWPLUG_ASSIGN(resize.shortest_edge, side_at(json, "resize", "shortest_edge"));
  GLOWPLUG_ASSIGN(resize.longest_edge, side_at(json, "resize", "longest_edge"));
  GLOWPLUG_ASSIGN(resize.width, side_at(json, "resize", "width"));
  GLOWPLUG_ASSIGN(resize.height, side_at(json, "resize", "height"));
  GLOWPLUG_TRY(read_name(json, "resize", "filter", kFilters, resize.filter));
  GLOWPLUG_ASSIGN(const auto round, bool_at(json, "resize", "round"));
  resize.round = round.value_or(false);
  const bool edges = resize.shortest_edge || resize.longest_edge;
  if (resize.width.has_value() != resize.height.has_value() || edges == resize.width.has_value())
    return invalid_argument(
        "resize must have either width and height, or shortest_edge, longest_edge or both");
  if (resize.shortest_edge && resize.longest_edge && *resize.longest_edge < *resize.shortest_edge)
    return invalid_argument("resize.longest_edge is smaller than resize.shortest_edge");
  return resize;
}

Result<Crop> read_crop(const Json& json) {
  GLOWPLUG_TRY(check_keys(json, "crop", {"width", "height", "center"}));
  GLOWPLUG_ASSIGN(const auto width, side_at(json, "crop", "width"));
  GLOWPLUG_ASSIGN(const auto height, side_at(json, "crop", "height"));
  GLOWPLUG_ASSIGN(const auto center, bool_at(json, "crop", "center"));
  if (!width || !height) return invalid_argument("crop must have width and height");
  return Crop{*width, *height, center.value_or(true)};
}

Result<Pad> read_pad(const Json& json) {
  GLOWPLUG_TRY(check_keys(json, "pad", {"width", "height", "center", "value", "normalized"}));
  GLOWPLUG_ASSIGN(const auto width, side_at(json, "pad", "width"));
  GLOWPLUG_ASSIGN(const auto height, side_at(json, "pad", "height"));
  GLOWPLUG_ASSIGN(const auto center, bool_at(json, "pad", "center"));
  GLOWPLUG_ASSIGN(const auto value, number_at(json, "pad", "value"));
  GLOWPLUG_ASSIGN(const auto normalized, bool_at(json, "pad", "normalized"));
  if (!width || !height) return invalid_argument("pad must have width and height");
  return Pad{*width, *height, center.value_or(false), value.value_or(0),
             normalized.value_or(false)};
}

/// A number, or "1/255".
Result<void> read_rescale(const Json& json, double& to) {
  const auto found = json.find("rescale");
  if (found == json.end()) return {};
  if (found->is_number()) {
    to = found->get<double>();
    return {};
  }
  const Error wrong = wrong_value("", "rescale", "a number or \"1/N\", e.g. \"1/255\"");
  if (!found->is_string()) return wrong;
  const auto text = found->get<std::string>();
  double divisor = 0;
  const char* end = text.data() + text.size();
  if (!text.starts_with("1/")) return wrong;
  const auto [stop, failure] = std::from_chars(text.data() + 2, end, divisor);
  if (failure != std::errc() || stop != end || !(divisor > 0)) return wrong;
  to = 1.0 / divisor;
  return {};
}

/// timm and ConvNeXT: resize so that a crop of the edge asked for is this share of the picture.
Result<void> apply_crop_pct(const Json& json, ImageSpec& spec) {
  GLOWPLUG_ASSIGN(const auto share, number_at(json, "", "crop_pct"));
  if (!share) return {};
  if (!(*share > 0 && *share <= 1)) return wrong_value("", "crop_pct", "above 0 and at most 1");
  if (!spec.resize || !spec.resize->shortest_edge || spec.resize->longest_edge)
    return invalid_argument("crop_pct needs resize.shortest_edge, and no resize.longest_edge");
  const int edge = *spec.resize->shortest_edge;
  if (!spec.crop) spec.crop = Crop{edge, edge, true};
  const double larger = edge / *share;
  if (larger > kMaxSide)
    return wrong_value("", "crop_pct", fmt::format("so large that no edge exceeds {}", kMaxSide));
  spec.resize->shortest_edge = static_cast<int>(larger);
  return {};
}

Result<void> read_values(const Json& json, ImageSpec& spec) {
  GLOWPLUG_TRY(read_name(json, "", "datatype", kDatatypes, spec.datatype));
  if (spec.datatype == Datatype::uint8 || spec.datatype == Datatype::int8) spec.rescale = 1;
  GLOWPLUG_TRY(read_rescale(json, spec.rescale));
  GLOWPLUG_ASSIGN(spec.mean, numbers_at(json, "", "mean"));
  GLOWPLUG_ASSIGN(spec.std, numbers_at(json, "", "std"));
  return {};
}

Json json_of(const Resize& resize) {
  Json json = {{"filter", name_of(resize.filter)}};
  if (resize.shortest_edge) json["shortest_edge"] = *resize.shortest_edge;
  if (resize.longest_edge) json["longest_edge"] = *resize.longest_edge;
  if (resize.round) json["round"] = true;
  if (resize.width) json["width"] = *resize.width;
  if (resize.height) json["height"] = *resize.height;
  return json;
}

}  // namespace

Result<ImageSpec> image_spec_from_json(const Json& json) {
  GLOWPLUG_TRY(check_keys(json, "",
                          {"mode", "color", "orientation", "resize", "crop", "pad", "rescale",
                           "mean", "std", "layout", "datatype", "crop_pct"}));
  Mode mode = Mode::pil;
  GLOWPLUG_TRY(read_name(json, "", "mode", kModes, mode));
  ImageSpec spec = default_spec(mode);
  GLOWPLUG_TRY(read_name(json, "", "color", kColors, spec.color));
  GLOWPLUG_TRY(read_name(json, "", "orientation", kOrientationRules, spec.orientation));
  GLOWPLUG_TRY(read_name(json, "", "layout", kLayoutNames, spec.layout));
  if (json.contains("resize")) {
    GLOWPLUG_ASSIGN(spec.resize, read_resize(json.at("resize"), mode));
  }
  if (json.contains("crop")) {
    GLOWPLUG_ASSIGN(spec.crop, read_crop(json.at("crop")));
  }
  if (json.contains("pad")) {
    GLOWPLUG_ASSIGN(spec.pad, read_pad(json.at("pad")));
  }
  GLOWPLUG_TRY(read_values(json, spec));
  GLOWPLUG_TRY(apply_crop_pct(json, spec));
  GLOWPLUG_TRY(check_spec(spec));
  return spec;
}

Json to_json(const ImageSpec& spec) {
  Json json = {{"mode", name_of(spec.mode)},
               {"color", name_in(kColors, spec.color)},
               {"orientation", name_in(kOrientationRules, spec.orientation)},
               {"layout", name_in(kLayoutNames, spec.layout)},
               {"datatype", name_in(kDatatypes, spec.datatype)},
               {"rescale", spec.rescale}};
  if (!spec.mean.empty()) json["mean"] = spec.mean;
  if (!spec.std.empty()) json["std"] = spec.std;
  if (spec.resize) json["resize"] = json_of(*spec.resize);
  if (spec.crop) {
    json["crop"] = {
        {"width", spec.crop->width}, {"height", spec.crop->height}, {"center", spec.crop->center}};
  }
  if (spec.pad) {
    json["pad"] = {{"width", spec.pad->width},
                   {"height", spec.pad->height},
                   {"center", spec.pad->center},
                   {"value", spec.pad->value},
                   {"normalized", spec.pad->normalized}};
  }
  return json;
}

}  // namespace glowplug::handler::image
