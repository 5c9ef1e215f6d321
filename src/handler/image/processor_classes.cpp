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
    {"ConvNext", shortest_edge, 384, Filter::bicubic, 0, 224.0 / 256.0, half},
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
    {"Yolos", shortest_edge, 800, Filter::bilinear, 0, 0, imagenet, 1333},
};

void remove_end(std::string_view& text, std::string_view end) {
  if (text.ends_with(end)) text.remove_suffix(end.size());
}

}  // namespace

void set_statistics(Statistics statistics, ImageSpec& spec) {
  switch (statistics) {
    case Statistics::half:
      spec.mean = spec.std = {0.5, 0.5, 0.5};
      return;
    case Statistics::imagenet:
      spec.mean = {0.485, 0.456, 0.406};
      spec.std = {0.229, 0.224, 0.225};
      return;
    case Statistics::clip:
      spec.mean = {0.48145466, 0.4578275, 0.40821073};
      spec.std = {0.26862954, 0.26130258, 0.27577711};
      return;
    case Statistics::none:
      return;
  }
}

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
