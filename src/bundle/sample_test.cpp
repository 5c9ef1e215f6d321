#include "bundle/sample.h"

#include <gtest/gtest.h>

#include "bundle/testing/small_bundle.h"

namespace glowplug::bundle {
namespace {

Json good() {
  return Json::parse(
      R"({"schema":1,"request":{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[1,2.5]}]}})");
}

TEST(Sample, RoundTripsAsARequest) {
  const auto sample = sample_from_json(good());
  ASSERT_TRUE(sample) << sample.error().message;
  EXPECT_EQ(
      to_json(*sample).dump(),
      R"({"request":{"inputs":[{"data":[1.0,2.5],"datatype":"FP32","name":"x","shape":[1,2]}]},"schema":1})");
  const auto inputs = inputs_of(*sample, testing::small_manifest().signature);
  ASSERT_TRUE(inputs) << inputs.error().message;
  ASSERT_EQ(inputs->size(), 1U);
  EXPECT_EQ(inputs->front()->shape, (Shape{1, 2}));
}

TEST(Sample, RefusesOtherKeysAndSchemas) {
  const auto refusal = [](const char* change) {
    Json json = good();
    json.merge_patch(Json::parse(change));
    const auto sample = sample_from_json(json);
    return sample ? "was read" : sample.error().message;
  };
  EXPECT_EQ(refusal(R"({"schema":2})"), "it has schema 2; this program reads schema 1 and older");
  EXPECT_EQ(refusal(R"({"expected":[]})"), "unknown key \"expected\"");
  EXPECT_EQ(refusal(R"({"request":{"id":"7"}})"), "\"request\": unknown key \"id\"");
  EXPECT_EQ(refusal(R"({"request":{"inputs":null}})"), "\"request\": \"inputs\" is missing");
  EXPECT_EQ(refusal(R"({"request":{"inputs":{}}})"), "tensors must be an array");
}

TEST(Sample, HasToFitTheSignature) {
  const auto refusal = [](const char* inputs) {
    Json json = good();
    json["request"]["inputs"] = Json::parse(inputs);
    const auto fitted = inputs_of(*sample_from_json(json), testing::small_manifest().signature);
    return fitted ? "was taken" : fitted.error().message;
  };
  EXPECT_EQ(refusal("[]"), "input \"x\" is missing; expected x FP32[-1,2] -> y FP32[-1,3]");
  EXPECT_EQ(refusal(R"([{"name":"z","datatype":"FP32","shape":[0],"data":[]}])"),
            "the model has no input \"z\"; expected x FP32[-1,2] -> y FP32[-1,3]");
  EXPECT_EQ(refusal(R"([{"name":"x","datatype":"FP32","shape":[1,1],"data":[1]}])"),
            "input \"x\" has shape [1,1]; expected FP32[-1,2]");
}

}  // namespace
}  // namespace glowplug::bundle
