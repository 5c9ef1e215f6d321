#include "handler/image/processor_classes.h"

namespace glowplug::handler::image {
namespace {

using enum SizeKind;
using enum Statistics;

constexpr ProcessorClass kClasses[] = {
    {"Beit", square, 256, Filter::bicubic, 224, 0, half},
    {"Bit", shortest_edge, 224, Filter::bicubic, 224, 0, clip},
    {"Blip", square, 384, Filter::bicubic, 0, 0, clip},
    {"CLIP", shortest_edge, 224, Filter::bicubic, 224, 0, clip},
    {"ChineseCLIP", shortest_edge, 224, Filter::bicubic, 224, 0, clip},
    {"ConvNext", shortest_edge, 384, Filter::bilinear, 0, 224.0 / 256.0, half},
    {"DPT", square, 384, Filter::bicubic, 0, 0, half},
    {"DeiT", square, 256, Filter::bicubic, 224, 0, half},
    {"Detr", shortest_edge, 800, Filter::bilinear, 0, 0, imagenet, 1333},
    {"EfficientNet", square, 346, Filter::nearest, 0, 0, half},
    {"MobileNetV1", shortest_edge, 256, Filter::bilinear, 224, 0, half},
    {"MobileNetV2", shortest_edge, 256, Filter::bilinear, 224, 0, half},
    {"MobileViT", shortest_edge, 224, Filter::bilinear, 256, 0, none, 0, true},
    {"PoolFormer", shortest_edge, 224, Filter::bicubic, 224, 0.9, imagenet},
    {"Pvt", square, 224, Filter::bilinear, 0, 0, imagenet},
    {"Segformer", square, 512, Filter::bilinear, 0, 0, imagenet},
    {"Siglip", square, 224, Filter::bicubic, 0, 0, half},
    {"ViT", square, 224, Filter::bilinear, 0, 0, half},
    {"ViTHybrid", shortest_edge, 384, Filter::bicubic, 384, 0, half},
    {"Yolos", shortest_edge, 800, Filter::bilinear, 0, 0, imagenet, 1333},
};

void remove_end(std::string_view& text, std::string_view end) {
  if (text.ends_with(end)) text.remove_suffix(end.size());
}

}  // namespace

std::span<const ProcessorClass> processor_classes() { return kClasses; }

const ProcessorClass* processor_class(std::string_view type) {
  remove_end(type, "Fast");
  remove_end(type, "ImageProcessor");
  remove_end(type, "FeatureExtractor");
  for (const ProcessorClass& one : kClasses) {
    if (one.name == type) return &one;
  }
  return nullptr;
}

}  // namespace glowplug::handler::image
