#include "handler/image/spec.h"

#include <gtest/gtest.h>

#include "handler/image/preprocessor_config.h"
#include "handler/image/torchserve.h"

namespace glowplug::handler::image {
namespace {

Json spec_of(const char* text) { return to_json(*image_spec_from_json(*parse_json(text))); }

Json config_of(const char* text) {
  const auto spec = spec_from_preprocessor_config(*parse_json(text));
  return spec ? to_json(*spec) : Json(spec.error().message);
}

TEST(ImageSpec, ModesHaveTheirDefaults) {
  EXPECT_EQ(spec_of("{}"), *parse_json(R"({"mode":"pil","color":"rgb","orientation":"ignore",
    "layout":"nchw","datatype":"FP32","rescale":1.0})"));
  EXPECT_EQ(spec_of(R"({"mode":"opencv","resize":{"shortest_edge":9}})"),
            *parse_json(R"({"mode":"opencv","color":"bgr","orientation":"apply","layout":"nchw",
    "datatype":"FP32","rescale":1.0,"resize":{"shortest_edge":9,"filter":"bilinear"}})"));
  EXPECT_EQ(spec_of(R"({"mode":"torchvision"})").at("rescale"), Json(1.0 / 255.0));
  EXPECT_EQ(spec_of(R"({"mode":"torchvision","datatype":"UINT8"})").at("rescale"), Json(1.0));
  EXPECT_EQ(spec_of(R"({"mode":"tensorflow"})").at("layout"), Json("nhwc"));
  EXPECT_EQ(spec_of(R"({"resize":{"width":3,"height":4}})").at("resize").at("filter"),
            Json("bicubic"));
}

TEST(ImageSpec, WhatIsWrittenIsReadBack) {
  const Json full = spec_of(R"({"mode":"torchvision_tensor","color":"gray","orientation":"apply",
    "resize":{"shortest_edge":9,"longest_edge":20,"filter":"bicubic"},"crop":{"width":5,"height":6,"center":false},
    "pad":{"width":7,"height":8,"center":true,"value":-1.5,"normalized":true},"rescale":"1/127.5","mean":[0.5],"std":2,
    "layout":"nhwc","datatype":"FP16"})");
  EXPECT_EQ(to_json(*image_spec_from_json(full)), full);
  EXPECT_EQ(full.at("rescale"), Json(1 / 127.5));
}

TEST(ImageSpec, CropPctIsResolved) {
  const Json spec = spec_of(R"({"resize":{"shortest_edge":224},"crop_pct":0.875})");
  EXPECT_EQ(spec.at("resize").at("shortest_edge"), Json(256));
  EXPECT_EQ(spec.at("crop").at("width"), Json(224));
  EXPECT_FALSE(spec.contains("crop_pct"));
}

TEST(PreprocessorConfig, ClassesFillWhatIsAbsent) {
  EXPECT_EQ(config_of(R"({"image_processor_type":"ViTImageProcessor"})"),
            spec_of(R"({"resize":{"width":224,"height":224,"filter":"bilinear"},"rescale":"1/255",
    "mean":[0.5,0.5,0.5],"std":[0.5,0.5,0.5]})"));
  EXPECT_EQ(config_of(R"({"feature_extractor_type":"CLIPFeatureExtractor","size":224})"),
            spec_of(R"({"resize":{"shortest_edge":224},"crop":{"width":224,"height":224},
    "rescale":"1/255","mean":[0.48145466,0.4578275,0.40821073],"std":[0.26862954,0.26130258,0.27577711]})"));
}

TEST(PreprocessorConfig, FastClassesComputeOnTensors) {
  EXPECT_EQ(config_of(R"({"image_processor_type":"ViTImageProcessorFast","do_normalize":false})"),
            spec_of(R"({"mode":"torchvision_tensor","resize":{"width":224,"height":224}})"));
}

TEST(PreprocessorConfig, ResnetAndDinov2) {
  const char* resnet =
      R"({"crop_pct":0.875,"do_normalize":true,"do_resize":true,"image_processor_type":"ConvNextFeatureExtractor",
    "image_mean":[0.485,0.456,0.406],"image_std":[0.229,0.224,0.225],"resample":3,"size":224})";
  EXPECT_EQ(config_of(resnet),
            spec_of(R"({"resize":{"shortest_edge":256},"crop":{"width":224,"height":224},
    "rescale":"1/255","mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]})"));
  const char* dinov2 =
      R"({"crop_size":{"height":224,"width":224},"do_center_crop":true,"do_convert_rgb":true,"do_normalize":true,
    "do_rescale":true,"do_resize":true,"image_mean":[0.485,0.456,0.406],"image_processor_type":"BitImageProcessor",
    "image_std":[0.229,0.224,0.225],"resample":3,"rescale_factor":0.00392156862745098,"size":{"shortest_edge":256}})";
  EXPECT_EQ(config_of(dinov2), config_of(resnet));
}

TEST(PreprocessorConfig, ConvNextOf384GoesStraightToTheSquare) {
  const Json spec = config_of(R"({"image_processor_type":"ConvNextImageProcessor"})");
  EXPECT_EQ(spec.at("resize"), *parse_json(R"({"width":384,"height":384,"filter":"bicubic"})"));
  EXPECT_FALSE(spec.contains("crop"));
}

TEST(PreprocessorConfig, SpecialSteps) {
  EXPECT_EQ(config_of(R"({"image_processor_type":"MobileViTImageProcessor"})").at("color"),
            Json("bgr"));
  const Json detr = config_of(
      R"({"image_processor_type":"DetrImageProcessor","pad_size":{"height":1333,"width":1333},"do_pad":true})");
  EXPECT_EQ(detr.at("resize"),
            *parse_json(R"({"shortest_edge":800,"longest_edge":1333,"filter":"bilinear"})"));
  EXPECT_EQ(detr.at("pad").at("normalized"), Json(true));
  EXPECT_EQ(config_of(R"({"image_processor_type":"EfficientNetImageProcessor"})").at("std"),
            Json({0.25, 0.25, 0.25}));
}

TEST(PreprocessorConfig, NumbersOfOldFiles) {
  EXPECT_EQ(
      config_of(R"({"feature_extractor_type":"DetrFeatureExtractor","size":640})").at("resize"),
      *parse_json(R"({"shortest_edge":640,"longest_edge":1333,"filter":"bilinear"})"));
  EXPECT_EQ(
      config_of(R"({"feature_extractor_type":"YolosFeatureExtractor","size":512,"max_size":864})")
          .at("resize"),
      *parse_json(R"({"shortest_edge":512,"longest_edge":864,"filter":"bilinear"})"));
  EXPECT_EQ(config_of(R"({"image_processor_type":"PoolFormerImageProcessor","crop_pct":null})")
                .at("resize")
                .at("shortest_edge"),
            Json(224));
}

TEST(PreprocessorConfig, WithoutAClassEveryStepIsWrittenOut) {
  EXPECT_EQ(
      config_of(R"({"do_resize":true,"size":224})"),
      Json(
          "preprocessor_config.json: it names no image_processor_type, so resample must be there"));
  EXPECT_EQ(
      config_of(
          R"({"do_resize":true,"size":224,"resample":2,"do_rescale":false,"do_normalize":false})"),
      spec_of(R"({"resize":{"width":224,"height":224,"filter":"bilinear"}})"));
}

TEST(PreprocessorConfig, WhatIsNotSupportedIsNamed) {
  const auto refused = [](const char* text) {
    const auto spec = spec_from_preprocessor_config(*parse_json(text));
    EXPECT_FALSE(spec.has_value());
    return spec ? std::string() : spec.error().message;
  };
  EXPECT_EQ(refused(R"({"image_processor_type":"DPTImageProcessor","keep_aspect_ratio":true})"),
            "preprocessor_config.json: keep_aspect_ratio is not supported");
  EXPECT_TRUE(refused(R"({"image_processor_type":"DonutImageProcessor"})")
                  .starts_with("preprocessor_config.json: image_processor_type DonutImageProcessor "
                               "is not supported; those of Beit, "));
  EXPECT_EQ(
      refused(R"({"image_processor_type":"ViTImageProcessor","resample":9})"),
      "preprocessor_config.json: resample must be 0 nearest, 1 lanczos, 2 bilinear, 3 bicubic, "
      "4 box or 5 hamming");
  EXPECT_EQ(refused("[]"), "preprocessor_config.json must be an object");
}

TEST(TorchServe, HandlersAndLabels) {
  EXPECT_EQ(
      to_json(*spec_from_torchserve("image_classifier")),
      spec_of(
          R"({"mode":"torchvision","resize":{"shortest_edge":256},"crop":{"width":224,"height":224},
    "mean":[0.485,0.456,0.406],"std":[0.229,0.224,0.225]})"));
  EXPECT_EQ(spec_from_torchserve("text_classifier").error().code, Code::unimplemented);
  EXPECT_EQ(*labels_from_index_to_name(*parse_json(R"({"2":["n01","cat"],"0":"dog"})")),
            (std::vector<std::string>{"dog", "1", "cat"}));
  EXPECT_FALSE(labels_from_index_to_name(*parse_json(R"({"-1":"dog"})")).has_value());
  EXPECT_FALSE(labels_from_index_to_name(*parse_json(R"({"1":7})")).has_value());
}

}  // namespace
}  // namespace glowplug::handler::image
