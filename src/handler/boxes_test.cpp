#include "handler/boxes.h"

#include <gtest/gtest.h>

namespace glowplug::handler {
namespace {

TEST(Boxes, OverlapIsSharedAreaOfAllArea) {
  EXPECT_DOUBLE_EQ(overlap({0, 0, 2, 2}, {1, 0, 3, 2}), 1.0 / 3);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 2, 2}, {2, 0, 3, 2}), 0);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 0, 0}, {0, 0, 0, 0}), 0);
  EXPECT_DOUBLE_EQ(overlap({0, 0, 1, 1}, {0, 0, 1, 1}), 1);
}

TEST(Boxes, SuppressionKeepsTheBestOfThoseThatOverlapAndAreOfOneClass) {
  const std::vector<Detection> found = {{{0, 0, 10, 10}, 0.6, 0},
                                        {{1, 0, 11, 10}, 0.9, 0},
                                        {{1, 0, 11, 10}, 0.8, 1},
                                        {{50, 50, 60, 60}, 0.3, 0}};
  const auto kept = suppress(found, 0.5, 10);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept[0].score, 0.9);
  EXPECT_EQ(kept[1].label, 1U);
  EXPECT_EQ(kept[2].score, 0.3);
  EXPECT_EQ(suppress(found, 0.5, 1).size(), 1U);
  EXPECT_EQ(suppress(found, 1, 10).size(), 4U);
}

}  // namespace
}  // namespace glowplug::handler
