#include "front/split.h"

#include <gtest/gtest.h>

namespace glowplug::front {
namespace {

TEST(TakeRows, CutsFixedSizeAndBytesTensors) {
  Tensor numbers{
      Datatype::int8,
      {3, 2},
      {std::byte{1}, std::byte{2}, std::byte{3}, std::byte{4}, std::byte{5}, std::byte{6}}};
  const auto part = take_rows(numbers, 3, 1, 2);
  ASSERT_TRUE(part);
  EXPECT_EQ(part->shape, (Shape{2, 2}));
  EXPECT_EQ(part->bytes,
            (std::vector<std::byte>{std::byte{3}, std::byte{4}, std::byte{5}, std::byte{6}}));

  Tensor words{Datatype::bytes, {3}, {}};
  for (const char* word : {"a", "", "ccc"}) append_bytes_element(words.bytes, word);
  const auto last = take_rows(words, 3, 2, 1);
  ASSERT_TRUE(last);
  EXPECT_EQ(bytes_elements(last->bytes, 1)->at(0), "ccc");
}

TEST(TakeRows, RefusesAnAnswerThatDoesNotHaveTheRows) {
  EXPECT_EQ(
      take_rows(Tensor{Datatype::int8, {2}, {std::byte{1}, std::byte{2}}}, 3, 0, 1).error().code,
      Code::internal);
  EXPECT_FALSE(take_rows(Tensor{Datatype::int8, {}, {std::byte{1}}}, 1, 0, 1));
}

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
