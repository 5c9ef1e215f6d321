#include "model/signature.h"

#include <gtest/gtest.h>

namespace glowplug {
namespace {

Signature iris() {
  return {.inputs = {{"features", Datatype::fp32, {-1, 4}, false, {}}},
          .outputs = {{"label", Datatype::int64, {-1}, false, {}},
                      {"probabilities", Datatype::fp32, {-1, 3}, false, {"a", "b", "c"}}},
          .max_batch = 64};
}

TEST(Signature, RoundTripsThroughJson) {
  const Json json = to_json(iris());
  const auto back = signature_from_json(json);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(to_json(*back), json);
  EXPECT_EQ(back->describe(), "features FP32[-1,4] -> label INT64[-1], probabilities FP32[-1,3]");
}

TEST(Signature, RefusesWhatItDoesNotKnow) {
  for (const char* change : {R"({"extra":1})", R"({"inputs":{}})", R"({"max_batch":-1})",
                             R"({"inputs":[{"name":"x","datatype":"FP33","shape":[1]}]})",
                             R"({"inputs":[{"name":"x","datatype":"FP32","shape":[-2]}]})",
                             R"({"inputs":[{"name":"x","datatype":"FP32"}]})",
                             R"({"inputs":[{"name":"x\u001b[2J","datatype":"FP32","shape":[1]}]})",
                             R"({"inputs":[{"name":"x\ny","datatype":"FP32","shape":[1]}]})"}) {
    Json json = to_json(iris());
    json.update(Json::parse(change));
    EXPECT_FALSE(signature_from_json(json)) << change;
  }
}

TEST(CheckAgainst, NamesWhatWasExpected) {
  const TensorSpec spec{"features", Datatype::fp32, {-1, 4}, false, {}};
  EXPECT_TRUE(check_against(spec, Datatype::fp32, Shape{7, 4}));
  EXPECT_EQ(check_against(spec, Datatype::fp32, Shape{7, 5}).error().message,
            "input \"features\" has shape [7,5]; expected FP32[-1,4]");
  EXPECT_EQ(check_against(spec, Datatype::fp64, Shape{7, 4}).error().message,
            "input \"features\" is FP64; expected FP32[-1,4]");
}

}  // namespace
}  // namespace glowplug
