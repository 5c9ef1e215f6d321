#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "handler/image/decode.h"
#include "handler/image/filter.h"
#include "model/tensor.h"

namespace glowplug::handler::image {

/// Whose arithmetic and defaults a spec has. Everything that differs between libraries follows from
/// this: how a resize rounds, where a crop begins, how bytes become floats.
enum class Mode {
  pil,                 ///< Pillow and NumPy, as Hugging Face's image processors
  torchvision,         ///< torchvision's transforms on Pillow images, ToTensor, Normalize
  torchvision_tensor,  ///< the same on tensors, antialias on, as Hugging Face's Fast processors
  opencv,              ///< cv2.imread, cv2.resize
  tensorflow,          ///< tf.image.resize without antialias; its floats are not rounded
};
enum class Color { rgb, bgr, gray };
enum class Layout { nchw, nhwc };
enum class OrientationRule { ignore, apply };

/// Either width and height, or one or both of the edges.
/// shortest_edge: the shorter side becomes this, the other int(edge * long / short).
/// longest_edge alone: the longer side becomes this, the other int(edge * short / long), at
/// least 1. Both: shortest_edge, but no side longer than longest_edge (rounded as DETR's processor
/// in mode pil and torchvision_tensor, as torchvision's `max_size` otherwise).
struct Resize {
  std::optional<int> shortest_edge;
  std::optional<int> longest_edge;
  std::optional<int> width;
  std::optional<int> height;
  Filter filter = Filter::bilinear;
  /// With one edge: the other side is round(other * (edge / side)) as in Python, half to even,
  /// instead of int(edge * other / side). Training code of one's own often has it.
  bool round = false;
};

/// Cuts width x height out of the middle, or with `center` false out of the upper left corner.
/// Where the picture is smaller, zeros (before rescale) are put around it.
struct Crop {
  int width = 0;
  int height = 0;
  bool center = true;
};

/// Puts `value` at the right and below, or around, until the picture has this size; a larger
/// picture is an error. `normalized`: `value` is of the tensor, else of a byte before rescale.
struct Pad {
  int width = 0;
  int height = 0;
  bool center = false;
  double value = 0;
  bool normalized = false;
};

/// How a picture becomes one row of a tensor. Steps: orientation, color, resize, crop, pad; then
/// each value v of channel c becomes (v * rescale - mean[c]) / std[c]; then layout.
struct ImageSpec {
  Mode mode = Mode::pil;
  Color color = Color::rgb;
  OrientationRule orientation = OrientationRule::ignore;
  std::optional<Resize> resize;
  std::optional<Crop> crop;
  std::optional<Pad> pad;
  double rescale = 1;
  std::vector<double> mean;  ///< none, one for all, or one for each channel in the order of `color`
  std::vector<double> std;   ///< the same
  Layout layout = Layout::nchw;
  /// fp32, fp16, uint8 or int8. uint8 is the byte, int8 the byte - 128 (quantized models whose zero
  /// point is -128); both without rescale, mean and std.
  Datatype datatype = Datatype::fp32;

  [[nodiscard]] int channels() const { return color == Color::gray ? 1 : 3; }
};

/// What a mode has where a spec says nothing:
///   pil                 color rgb, orientation ignore, filter bicubic,  rescale 1,     layout nchw
///   torchvision         color rgb, orientation ignore, filter bilinear, rescale 1/255, layout nchw
///   torchvision_tensor  the same
///   opencv              color bgr, orientation apply,  filter bilinear, rescale 1,     layout nchw
///   tensorflow          color rgb, orientation ignore, filter bilinear, rescale 1,     layout nhwc
/// Bytes as datatype have rescale 1 in every mode.
[[nodiscard]] ImageSpec default_spec(Mode mode);
[[nodiscard]] Filter default_filter(Mode mode);

/// Reads
///   {"mode": "torchvision", "color": "rgb", "orientation": "ignore",
///    "resize": {"shortest_edge": 256, "filter": "bilinear"}, "crop": {"width": 224, "height":
///    224}, "pad": {"width": 640, "height": 640, "center": true, "value": 114}, "rescale": "1/255",
///    "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "layout": "nchw", "datatype":
///    "FP32", "crop_pct": 0.875}
/// Every key may be absent. `rescale` is a number or "1/N"; `crop_pct` p makes the shortest edge n
/// int(n / p) and crops n x n, and is gone from the spec that comes out.
/// Errors: invalid_argument naming the key that is unknown (and those that are known), wrong, or at
/// odds with another.
[[nodiscard]] Result<ImageSpec> image_spec_from_json(const Json& json);
/// What image_spec_from_json reads back as the same spec; every value is written out, absent steps
/// are absent.
[[nodiscard]] Json to_json(const ImageSpec& spec);
/// What no mode can do, or what is at odds: filters that a mode has not, lists of the wrong length,
/// zero in std, bytes with mean. Errors: invalid_argument.
[[nodiscard]] Result<void> check_spec(const ImageSpec& spec);

[[nodiscard]] std::string_view name_of(Mode mode);
/// Rules by which files are decoded for this spec.
[[nodiscard]] DecodeRules decode_rules(const ImageSpec& spec);

}  // namespace glowplug::handler::image
