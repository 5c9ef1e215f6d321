#include "model/rows.h"

#include <gtest/gtest.h>

namespace glowplug {
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

}  // namespace
}  // namespace glowplug
