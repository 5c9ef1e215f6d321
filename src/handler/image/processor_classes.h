#pragma once
#include <optional>
#include <span>
#include <string_view>

#include "handler/image/filter.h"
#include "handler/image/spec.h"

namespace glowplug::handler::image {

/// Means and deviations that classes of Hugging Face have by default (image_utils.py).
enum class Statistics { none, half, imagenet, clip };

/// How a class reads a plain number as size, and which of the steps it has.
enum class SizeKind { square, shortest_edge };

/// Defaults of one class of image processors.
struct ProcessorClass {
  std::string_view name;  ///< without "ImageProcessor", "FeatureExtractor" and "Fast"
  SizeKind plain_size;    ///< what "size": 224 means
  int size;               ///< default of both sides or of the shortest edge
  Filter filter;
  int crop;         ///< default of crop_size; 0: it does not crop by default
  double crop_pct;  ///< 0: it has none
  Statistics statistics;
  int longest_edge = 0;         ///< max_size, beside a shortest edge by default or by number
  bool flips_channels = false;  ///< makes BGR
};

/// Sets mean and std; none leaves them.
void set_statistics(Statistics statistics, ImageSpec& spec);

[[nodiscard]] std::span<const ProcessorClass> processor_classes();
/// "ViTImageProcessorFast", "CLIPFeatureExtractor" … Nothing for those that we do not have.
[[nodiscard]] const ProcessorClass* processor_class(std::string_view type);

}  // namespace glowplug::handler::image
