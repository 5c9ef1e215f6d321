#include "front/split.h"

#include <gtest/gtest.h>

namespace glowplug::front {
namespace {

TEST(MayRunTogether, WantsEqualShapesButForRows) {
  const auto with = [](Shape shape, bool present = true) {
    InferRequest request;
    request.inputs.push_back({present, std::move(shape), {}});
    return request;
  };
  EXPECT_TRUE(may_run_together(with({1, 4}), with({7, 4})));
  EXPECT_FALSE(may_run_together(with({1, 4}), with({1, 5})));
  EXPECT_FALSE(may_run_together(with({1, 4}), with({1, 4}, false)));
}

}  // namespace
}  // namespace glowplug::front
