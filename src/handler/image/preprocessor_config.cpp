#include "handler/image/preprocessor_config.h"

#include <fmt/format.h>

#include <array>

#include "handler/image/json_reader.h"
#include "handler/image/processor_classes.h"

namespace glowplug::handler::image {
namespace {

Error not_supported(std::string message) {
  return Error{Code::unimplemented, "preprocessor_config.json: " + std::move(message), {}};
}

/// null is as good as absent in these files, but PoolFormer's crop_pct is then none.
Json without_nulls(const Json& config, const ProcessorClass* defaults) {
  Json kept = Json::object();
  for (const auto& [key, value] : config.items()) {
    if (!value.is_null()) kept[key] = value;
    if (value.is_null() && key == "crop_pct" && defaults != nullptr &&
        defaults->name == "PoolFormer")
      kept[key] = 0;
  }
  return kept;
}

/// Options that change pixels in ways we do not have, unless they are off.
Result<void> refuse_unsupported(const Json& config) {
  constexpr std::string_view kRefused[] = {"do_reduce_labels",
                                           "do_color_quantize",
                                           "do_thumbnail",
                                           "do_align_long_axis",
                                           "do_image_splitting",
                                           "size_divisor",
                                           "size_divisibility",
                                           "ensure_multiple_of",
                                           "keep_aspect_ratio",
                                           "do_pan_and_scan",
                                           "rescale_offset",
                                           "do_grayscale",
                                           "do_crop_margin",
                                           "min_pixels",
                                           "max_pixels",
                                           "patch_size",
                                           "pad_size_divisor",
                                           "do_binarize",
                                           "offset",
                                           "do_resize_and_center_crop"};
  for (const std::string_view key : kRefused) {
    const auto found = config.find(key);
    if (found == config.end() || *found == Json(false) || *found == Json(0)) continue;
    if (key == "do_reduce_labels" || (key == "ensure_multiple_of" && *found == Json(1))) continue;
    return not_supported(fmt::format("{} is not supported", key));
  }
  return {};
}

struct Reader {
  const Json& config;
  const ProcessorClass* defaults;  ///< may be null

  /// A step's switch: the file's, the class's, or an error when there is no class.
  [[nodiscard]] Result<bool> does(std::string_view key, bool of_class) const {
    GLOWPLUG_ASSIGN(const auto given, bool_at(config, "", key));
    if (given) return *given;
    if (defaults == nullptr) {
      return invalid_argument(
          fmt::format("it names no image_processor_type, so {} must be true or false", key));
    }
    return of_class;
  }
};

Result<Filter> read_resample(const Reader& reader, Mode mode) {
  // Numbers of Pillow's Resampling.
  constexpr std::array<Filter, 6> kResample = {Filter::nearest, Filter::lanczos, Filter::bilinear,
                                               Filter::bicubic, Filter::box,     Filter::hamming};
  const auto found = reader.config.find("resample");
  if (found == reader.config.end()) {
    if (reader.defaults == nullptr)
      return invalid_argument("it names no image_processor_type, so resample must be there");
    return reader.defaults->filter;
  }
  if (!found->is_number_integer() || *found < 0 || *found > 5)
    return wrong_value("", "resample",
                       "0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, 4 box or 5 hamming");
  const Filter filter = kResample[found->get<std::size_t>()];
  if (mode == Mode::torchvision_tensor && filter != Filter::bilinear && filter != Filter::bicubic)
    return not_supported(
        fmt::format("resample {} of a Fast class is not supported", name_of(filter)));
  return filter;
}

/// {"height", "width"}, {"shortest_edge"[, "longest_edge"]}, {"longest_edge"}, or a number.
Result<Resize> read_size(const Json& json, std::string_view key, SizeKind plain) {
  Resize size;
  if (json.at(key).is_number()) {
    GLOWPLUG_ASSIGN(const auto side, side_at(json, "", key));
    if (plain == SizeKind::shortest_edge) {
      size.shortest_edge = side;
    } else {
      size.width = size.height = side;
    }
    return size;
  }
  const Json& given = json.at(key);
  GLOWPLUG_TRY(check_keys(given, key, {"shortest_edge", "longest_edge", "height", "width"}));
  GLOWPLUG_ASSIGN(size.shortest_edge, side_at(given, key, "shortest_edge"));
  GLOWPLUG_ASSIGN(size.longest_edge, side_at(given, key, "longest_edge"));
  GLOWPLUG_ASSIGN(size.width, side_at(given, key, "width"));
  GLOWPLUG_ASSIGN(size.height, side_at(given, key, "height"));
  const bool edges = size.shortest_edge || size.longest_edge;
  if (size.width.has_value() != size.height.has_value() || edges == size.width.has_value())
    return wrong_value("", key, "height and width, or shortest_edge, longest_edge or both");
  return size;
}

/// DETR and its like: `max_size` is the longest edge, unless size is an object.
Result<Resize> with_max_size(const Reader& reader, Resize size) {
  if (!size.shortest_edge || reader.defaults->longest_edge == 0) return size;
  GLOWPLUG_ASSIGN(const auto given, side_at(reader.config, "", "max_size"));
  size.longest_edge = given.value_or(reader.defaults->longest_edge);
  if (*size.longest_edge < *size.shortest_edge)
    return wrong_value("", "max_size", "at least the shortest edge");
  return size;
}

Result<Resize> size_of(const Reader& reader) {
  const ProcessorClass* defaults = reader.defaults;
  const auto given = reader.config.find("size");
  if (given != reader.config.end()) {
    const SizeKind plain = defaults == nullptr ? SizeKind::square : defaults->plain_size;
    GLOWPLUG_ASSIGN(const Resize size, read_size(reader.config, "size", plain));
    if (given->is_number() && defaults != nullptr) return with_max_size(reader, size);
    return size;
  }
  if (defaults == nullptr)
    return invalid_argument("it names no image_processor_type, so size must be there");
  Resize size;
  if (defaults->plain_size == SizeKind::square) {
    size.width = size.height = defaults->size;
    return size;
  }
  size.shortest_edge = defaults->size;
  if (defaults->longest_edge > 0) size.longest_edge = defaults->longest_edge;
  return size;
}

/// ConvNeXT: below 384 resize so that a crop is `crop_pct` of it, else straight to a square.
/// PoolFormer: always the former, with a crop of its own.
Result<void> apply_share(const Reader& reader, ImageSpec& spec) {
  GLOWPLUG_ASSIGN(const auto given, number_at(reader.config, "", "crop_pct"));
  const double share = given.value_or(reader.defaults == nullptr ? 0 : reader.defaults->crop_pct);
  if (share == 0) return {};
  if (!(share > 0 && share <= 1)) return wrong_value("", "crop_pct", "above 0 and at most 1");
  const bool convnext = reader.defaults != nullptr && reader.defaults->name == "ConvNext";
  const bool poolformer = reader.defaults != nullptr && reader.defaults->name == "PoolFormer";
  if (!convnext && !poolformer) return not_supported("crop_pct of this class is not supported");
  Resize& size = *spec.resize;
  if (!size.shortest_edge) {
    return convnext ? invalid_argument("size must have shortest_edge")
                    : not_supported("crop_pct with height and width is not supported");
  }
  const int edge = *size.shortest_edge;
  if (convnext && edge >= 384) {
    size.shortest_edge.reset();
    size.width = size.height = edge;
    return {};
  }
  if (edge / share > kMaxSide) return wrong_value("", "crop_pct", "a larger share");
  size.shortest_edge = static_cast<int>(edge / share);
  if (convnext) spec.crop = Crop{edge, edge, true};
  return {};
}

Result<void> read_resize_step(const Reader& reader, ImageSpec& spec) {
  GLOWPLUG_ASSIGN(const bool resizes, reader.does("do_resize", true));
  if (!resizes) return {};
  GLOWPLUG_ASSIGN(spec.resize, size_of(reader));
  GLOWPLUG_ASSIGN(spec.resize->filter, read_resample(reader, spec.mode));
  return apply_share(reader, spec);
}

Result<void> read_crop_step(const Reader& reader, ImageSpec& spec) {
  const bool by_default = reader.defaults != nullptr && reader.defaults->crop > 0;
  bool crops = by_default;
  if (reader.config.contains("do_center_crop")) {
    GLOWPLUG_ASSIGN(crops, reader.does("do_center_crop", by_default));
  }
  if (!crops) return {};
  int width = reader.defaults == nullptr ? 0 : reader.defaults->crop;
  int height = width;
  if (reader.config.contains("crop_size")) {
    GLOWPLUG_ASSIGN(const Resize size, read_size(reader.config, "crop_size", SizeKind::square));
    if (!size.width) return wrong_value("", "crop_size", "a number, or height and width");
    width = *size.width;
    height = *size.height;
  }
  if (width == 0) return invalid_argument("do_center_crop needs crop_size");
  spec.crop = Crop{width, height, true};
  return {};
}

Result<void> read_values_step(const Reader& reader, ImageSpec& spec) {
  GLOWPLUG_ASSIGN(const bool rescales, reader.does("do_rescale", true));
  GLOWPLUG_ASSIGN(const auto factor, number_at(reader.config, "", "rescale_factor"));
  spec.rescale = rescales ? factor.value_or(1.0 / 255.0) : 1;
  const Statistics usual =
      reader.defaults == nullptr ? Statistics::none : reader.defaults->statistics;
  GLOWPLUG_ASSIGN(const bool normalizes, reader.does("do_normalize", usual != Statistics::none));
  // EfficientNet with its classifier divides by image_std once more.
  GLOWPLUG_ASSIGN(const auto top, bool_at(reader.config, "", "include_top"));
  const bool again =
      reader.defaults != nullptr && reader.defaults->name == "EfficientNet" && top.value_or(true);
  if (!normalizes && again)
    return not_supported("include_top without do_normalize is not supported");
  if (!normalizes) return {};
  set_statistics(usual, spec);
  GLOWPLUG_ASSIGN(auto mean, numbers_at(reader.config, "", "image_mean"));
  GLOWPLUG_ASSIGN(auto deviation, numbers_at(reader.config, "", "image_std"));
  if (!mean.empty()) spec.mean = std::move(mean);
  if (!deviation.empty()) spec.std = std::move(deviation);
  if (spec.mean.empty() || spec.std.empty())
    return invalid_argument("do_normalize needs image_mean and image_std");
  for (double& value : spec.std) value *= again ? value : 1;
  return {};
}

Result<void> read_pad_step(const Reader& reader, ImageSpec& spec) {
  GLOWPLUG_ASSIGN(const auto pads, bool_at(reader.config, "", "do_pad"));
  if (!pads.value_or(false) || !reader.config.contains("pad_size")) return {};
  GLOWPLUG_ASSIGN(const Resize size, read_size(reader.config, "pad_size", SizeKind::square));
  if (!size.width) return wrong_value("", "pad_size", "height and width");
  spec.pad = Pad{*size.width, *size.height, false, 0, true};
  return {};
}

Result<std::string> type_of(const Json& config) {
  for (const std::string_view key : {"image_processor_type", "feature_extractor_type"}) {
    GLOWPLUG_ASSIGN(const auto type, text_at(config, "", key));
    if (type) return *type;
  }
  return std::string();
}

Error unknown_class(std::string_view type) {
  std::string known;
  for (const ProcessorClass& one : processor_classes())
    known += fmt::format("{}{}", known.empty() ? "" : ", ", one.name);
  return not_supported(
      fmt::format("image_processor_type {} is not supported; those of {} are", type, known));
}

}  // namespace

Result<ImageSpec> spec_from_preprocessor_config(const Json& given) {
  if (!given.is_object()) return invalid_argument("preprocessor_config.json must be an object");
  GLOWPLUG_ASSIGN(const std::string type, type_of(without_nulls(given, nullptr)));
  const Json config = without_nulls(given, processor_class(type));
  const Reader reader{config, processor_class(type)};
  if (!type.empty() && reader.defaults == nullptr) return unknown_class(type);
  GLOWPLUG_TRY(refuse_unsupported(config));
  ImageSpec spec;
  spec.mode = type.ends_with("Fast") ? Mode::torchvision_tensor : Mode::pil;
  const bool flips_usually = reader.defaults != nullptr && reader.defaults->flips_channels;
  GLOWPLUG_ASSIGN(const auto flips, bool_at(config, "", "do_flip_channel_order"));
  spec.color = flips.value_or(flips_usually) ? Color::bgr : Color::rgb;
  const auto read = [&]() -> Result<void> {
    GLOWPLUG_TRY(read_resize_step(reader, spec));
    GLOWPLUG_TRY(read_crop_step(reader, spec));
    GLOWPLUG_TRY(read_values_step(reader, spec));
    GLOWPLUG_TRY(read_pad_step(reader, spec));
    return check_spec(spec);
  };
  auto done = read();
  if (!done) {
    return done.error().code == Code::unimplemented
               ? std::move(done).error()
               : std::move(done).error().in("preprocessor_config.json");
  }
  return spec;
}

}  // namespace glowplug::handler::image
