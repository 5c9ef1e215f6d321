#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "handler/image/spec.h"
#include "model/signature.h"

/// TFLite metadata: what the maker of a .tflite file says of its input and outputs. Source of the
/// format: tflite-support's metadata_schema.fbs; the file's entry "TFLITE_METADATA" is a flatbuffer
/// of its own, and files that it names lie in a zip behind the model.
namespace glowplug::optimize::tflite {

/// How a picture becomes the input: (x - mean) / std of bytes, one value or one for each channel.
struct PictureInput {
  std::optional<bool> gray;   ///< not known: by the model's channels
  int width = 0, height = 0;  ///< where the model's input has no size of its own; 0: not known
  std::vector<double> mean, std;
};

struct Metadata {
  std::string name;
  std::optional<PictureInput> picture;  ///< of the first input, if it is a picture
  std::vector<std::string> labels;      ///< class names of the first output that has some
  std::optional<double> threshold;      ///< a score below it is no answer
};

inline constexpr std::size_t kMostLabels = 1'000'000;
inline constexpr std::size_t kLargestLabelFile = std::size_t{64} << 20;

/// Whether a file begins as .tflite files do.
[[nodiscard]] bool is_model(std::span<const std::byte> file);
/// Nothing where the model has no metadata. Errors: invalid_argument (no .tflite, broken metadata,
/// a label file that is not in the zip), too_large.
[[nodiscard]] Result<std::optional<Metadata>> read_metadata(std::span<const std::byte> file);

/// The steps for the model's `input`, of four dimensions, which says layout, size and datatype:
/// resized as TensorFlow does (bilinear, no antialias) without keeping the aspect ratio, as the
/// task library does it. Bytes are not normalized. Errors: invalid_argument (no size, channels that
/// do not fit, values that image::check_spec refuses).
[[nodiscard]] Result<handler::image::ImageSpec> image_spec(const PictureInput& picture,
                                                           const TensorSpec& input);

}  // namespace glowplug::optimize::tflite
