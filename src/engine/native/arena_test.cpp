#include "engine/native/arena.h"

#include <gtest/gtest.h>

namespace glowplug::engine::native {
namespace {

TEST(ArenaPlan, ValuesThatMeetDoNotOverlap) {
  ArenaPlan plan;
  plan.reset(0);
  EXPECT_EQ(plan.place(100, 0, 2), 0U);
  EXPECT_EQ(plan.place(64, 1, 3), 128U);
  EXPECT_EQ(plan.place(1, 2, 3), 192U);
}

TEST(ArenaPlan, APlaceIsUsedAgainWhenItsValueIsGone) {
  ArenaPlan plan;
  plan.reset(0);
  EXPECT_EQ(plan.place(1000, 0, 1), 0U);
  EXPECT_EQ(plan.place(1000, 1, 2), 1024U);
  EXPECT_EQ(plan.place(500, 2, 3), 0U);
  EXPECT_EQ(plan.place(500, 2, 3), 512U);
  EXPECT_EQ(plan.place(500, 3, 3), 1024U);
  EXPECT_EQ(plan.size(), 2048U);
}

TEST(ArenaPlan, ValuesWithoutElementsHaveAPlaceToo) {
  ArenaPlan plan;
  plan.reset(0);
  EXPECT_EQ(plan.place(0, 0, 1), 0U);
  EXPECT_EQ(plan.place(0, 0, 1), 64U);
}

TEST(Arena, GrowsAndSaysWhatIsTooMuch) {
  Arena arena;
  ASSERT_TRUE(arena.ensure(1000, 5000));
  const std::byte* const first = arena.data();
  ASSERT_TRUE(arena.ensure(1000, 5000));
  EXPECT_EQ(arena.data(), first);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(first) % 64, 0U);
  const auto refused = arena.ensure(5001, 5000);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::exhausted);
  EXPECT_EQ(refused.error().message, "5001 bytes of working memory; at most 5000");
}

}  // namespace
}  // namespace glowplug::engine::native
