#include "optimize/compare.h"

#include <gtest/gtest.h>

#include <limits>

#include "engine/testing/tensors.h"

namespace glowplug::optimize {
namespace {

using engine::testing::fp32;
using engine::testing::int64;
using engine::testing::text;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

OutputDifference compare(const Tensor& a, const Tensor& b) {
  return difference("y", a.view(), b.view());
}
bool agreeing(const Tensor& a, const Tensor& b) {
  const std::vector<TensorSpec> outputs = {{"y", a.datatype, a.shape, false, {}}};
  const std::vector<OutputDifference> found = {compare(a, b)};
  return agree(outputs, found);
}

TEST(Difference, OfEqualTensorsIsNothing) {
  const OutputDifference found =
      compare(fp32({3}, {1, kNan, kInfinity}), fp32({3}, {1, kNan, kInfinity}));
  EXPECT_EQ(found.elements, 3U);
  EXPECT_EQ(found.unequal, 0U);
  EXPECT_EQ(found.max_absolute, 0);
  EXPECT_TRUE(found.comparable);
}

TEST(Difference, IsRelativeToTheLargestValueOfTheReference) {
  const OutputDifference found = compare(fp32({3}, {8, 0, -2}), fp32({3}, {8, 0.5, -2}));
  EXPECT_EQ(found.unequal, 1U);
  EXPECT_DOUBLE_EQ(found.max_absolute, 0.5);
  EXPECT_DOUBLE_EQ(found.max_relative, 0.5 / 8);
}

TEST(Difference, OfZerosIsAbsolute) {
  EXPECT_DOUBLE_EQ(compare(fp32({1}, {0}), fp32({1}, {0.25})).max_relative, 0.25);
}

TEST(Difference, SeesANanOrInfinityOnOneSideOnly) {
  EXPECT_FALSE(compare(fp32({1}, {kNan}), fp32({1}, {1})).comparable);
  EXPECT_FALSE(compare(fp32({1}, {1}), fp32({1}, {kInfinity})).comparable);
  EXPECT_FALSE(compare(fp32({1}, {kInfinity}), fp32({1}, {-kInfinity})).comparable);
}

TEST(Difference, TakesNegativeZeroForZero) {
  const OutputDifference found = compare(fp32({1}, {0.0F}), fp32({1}, {-0.0F}));
  EXPECT_EQ(found.unequal, 1U);
  EXPECT_EQ(found.max_absolute, 0);
  EXPECT_TRUE(found.comparable);
}

TEST(Difference, OfOtherShapesOrDatatypesIsNoNumber) {
  EXPECT_FALSE(compare(fp32({2}, {1, 2}), fp32({1, 2}, {1, 2})).comparable);
  EXPECT_FALSE(compare(fp32({2}, {1, 2}), int64({2}, {1, 2})).comparable);
}

TEST(Agree, TakesFloatRoundingButNoMore) {
  EXPECT_TRUE(agreeing(fp32({2}, {1, 100}), fp32({2}, {1.001F, 100})));
  EXPECT_FALSE(agreeing(fp32({2}, {1, 100}), fp32({2}, {1.1F, 100})));
}

TEST(Agree, WantsIntegersAndTextsEqual) {
  EXPECT_TRUE(agreeing(int64({1}, {1'000'000'000}), int64({1}, {1'000'000'000})));
  EXPECT_FALSE(agreeing(int64({1}, {1'000'000'000}), int64({1}, {1'000'000'001})));
  EXPECT_TRUE(agreeing(text({2}, {"a", ""}), text({2}, {"a", ""})));
  EXPECT_FALSE(agreeing(text({2}, {"a", ""}), text({2}, {"a", "b"})));
}

TEST(Merge, KeepsTheWorseOfEachFigure) {
  std::vector<OutputDifference> all;
  merge(all, {compare(fp32({1}, {4}), fp32({1}, {5}))});
  merge(all, {compare(fp32({2}, {1, 1}), fp32({2}, {1, 1}))});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].elements, 3U);
  EXPECT_EQ(all[0].unequal, 1U);
  EXPECT_DOUBLE_EQ(all[0].max_absolute, 1);
  EXPECT_DOUBLE_EQ(largest_relative(all), 0.25);
}

}  // namespace
}  // namespace glowplug::optimize
