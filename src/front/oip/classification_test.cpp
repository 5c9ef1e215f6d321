#include "front/oip/classification.h"

#include <gtest/gtest.h>

#include <limits>

#include "front/oip/testing.h"

namespace glowplug::front::oip {
namespace {

using testing::bytes_of;

std::vector<std::string> classes_of(const Tensor& tensor, std::int64_t k, bool batched) {
  const auto answer = classify(tensor, k, batched, {});
  EXPECT_TRUE(answer) << answer.error().message;
  if (!answer) return {};
  const auto elements = bytes_elements(answer->bytes, *element_count(answer->shape));
  return {elements->begin(), elements->end()};
}

using Texts = std::vector<std::string>;

TEST(Classification, WritesIntegersPlainlyAndFloatsWithSixDecimals) {
  EXPECT_EQ(classes_of({Datatype::int32, {3}, bytes_of<std::int32_t>({-5, 7, 7})}, 3, false),
            (Texts{"7:1", "7:2", "-5:0"}));
  EXPECT_EQ(classes_of({Datatype::fp64, {2}, bytes_of<double>({3.3, 1e10})}, 1, false),
            (Texts{"10000000000.000000:1"}));
}

TEST(Classification, CapsKAtTheNumberOfClasses) {
  EXPECT_EQ(classes_of({Datatype::uint8, {2}, bytes_of<std::uint8_t>({1, 2})}, 99, false),
            (Texts{"2:1", "1:0"}));
}

TEST(Classification, PutsNanLast) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(classes_of({Datatype::fp32, {4}, bytes_of<float>({nan, 1, nan, 2})}, 4, false),
            (Texts{"2.000000:3", "1.000000:1", "nan:0", "nan:2"}));
}

TEST(Classification, OneRowForEachOfTheBatchAndForTheWholeTensorElse) {
  const Tensor tensor{Datatype::uint8, {2, 1, 2}, bytes_of<std::uint8_t>({1, 2, 4, 3})};
  const auto rows = classify(tensor, 1, true, {});
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->shape, (Shape{2, 1}));
  EXPECT_EQ(classes_of(tensor, 1, true), (Texts{"2:1", "4:0"}));
  EXPECT_EQ(classes_of(tensor, 2, false), (Texts{"4:2", "3:3"}));
}

TEST(Classification, AnEmptyBatchHasNoClasses) {
  const auto answer = classify({Datatype::fp32, {0, 3}, {}}, 2, true, {});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->shape, (Shape{0, 2}));
  EXPECT_TRUE(answer->bytes.empty());
}

TEST(Classification, RefusesWhatHasNoOrderAndRowsBeyondTheLimit) {
  const auto text = classify({Datatype::bytes, {0}, {}}, 1, false, {});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().message, "BYTES cannot be classified");
  const auto large =
      classify({Datatype::uint8, {1'000'001}, std::vector<std::byte>(1'000'001)}, 1, false, {});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().message,
            "a row of 1000001 values cannot be classified, the limit is 1000000");
}

}  // namespace
}  // namespace glowplug::front::oip
