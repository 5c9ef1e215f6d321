#include <fmt/format.h>

#include <utility>

#include "handler/image/color.h"
#include "handler/image/geometry.h"
#include "handler/image/preprocess.h"
#include "handler/image/spec.h"
#include "handler/input_kinds.h"
#include "handler/media/media_inputs.h"

namespace glowplug::handler::media {
namespace {

/// A picture as one row.
class ImageInput final : public Input {
 public:
  ImageInput(image::ImageSpec spec, std::size_t tensor, std::size_t inputs)
      : spec_(std::move(spec)), tensor_(tensor), inputs_(inputs) {}

  [[nodiscard]] ItemKind kind() const override { return {"image", false}; }

  [[nodiscard]] Result<Row> read(const Item& item, Trace* trace) const override {
    const auto bytes = std::as_bytes(std::span(item.bytes));
    GLOWPLUG_ASSIGN(image::Image picture, image::decode_for(bytes, spec_, {}, trace));
    if (spec_.orientation == image::OrientationRule::apply) {
      GLOWPLUG_ASSIGN(picture, image::apply_orientation(std::move(picture)));
    }
    Row row;
    GLOWPLUG_ASSIGN(row.fit, fit_of(picture));
    GLOWPLUG_ASSIGN(Tensor tensor, image::preprocess(std::move(picture), spec_, trace));
    row.runs.emplace_back(inputs_);
    row.runs[0][tensor_] = std::move(tensor);
    return row;
  }

 private:
  [[nodiscard]] Result<PictureFit> fit_of(const image::Image& picture) const {
    GLOWPLUG_ASSIGN(const image::Geometry geometry,
                    image::geometry_of(spec_, picture.width, picture.height));
    PictureFit fit;
    fit.source_width = picture.width;
    fit.source_height = picture.height;
    fit.scale_x = geometry.resized_width / fit.source_width;
    fit.scale_y = geometry.resized_height / fit.source_height;
    fit.offset_x = geometry.pad_x - geometry.crop_x;
    fit.offset_y = geometry.pad_y - geometry.crop_y;
    return fit;
  }

  image::ImageSpec spec_;
  std::size_t tensor_;
  std::size_t inputs_;
};

/// What it makes must fit the model, as far as that is known before there is a picture.
Result<void> check_fit(const image::ImageSpec& spec, const TensorSpec& input) {
  const auto shape = image::fixed_shape(spec);
  if (shape) return check_against(input, spec.datatype, *shape);
  if (input.datatype != spec.datatype)
    return invalid_argument(fmt::format("input.datatype is {}; \"{}\" takes {}",
                                        name_of(spec.datatype), input.name,
                                        name_of(input.datatype)));
  for (const std::int64_t dimension : std::span(input.shape).subspan(1)) {
    if (dimension > 4)
      return invalid_argument(fmt::format(
          "\"{}\" takes {}: a size must be given by input.resize with width and height, or "
          "input.crop, or input.pad",
          input.name, to_string(input.shape)));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Input>> make_image_input(const Json& spec, const Signature& signature) {
  const SpecReader reader(spec, "input");
  GLOWPLUG_ASSIGN(const std::size_t index, input_index(reader, signature));
  GLOWPLUG_TRY(check_others_optional(signature, index));
  const TensorSpec& input = signature.inputs[index];
  Json own = spec;
  own.erase("type");
  own.erase("tensor");
  if (!own.contains("datatype")) own["datatype"] = name_of(input.datatype);
  auto parsed = image::image_spec_from_json(own);
  if (!parsed) return std::move(parsed).error().in("input");
  GLOWPLUG_TRY(check_fit(*parsed, input));
  return std::unique_ptr<Input>(
      std::make_unique<ImageInput>(*std::move(parsed), index, signature.inputs.size()));
}

}  // namespace glowplug::handler::media
