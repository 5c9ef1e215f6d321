#include "scale/greedy_dual.h"

#include <gtest/gtest.h>

#include "scale/use_rate.h"

namespace glowplug::scale {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

Keepable thing(double uses_per_second, int start_ms, std::uint64_t mebibytes, int last_used = 0) {
  return {uses_per_second, milliseconds(start_ms), mebibytes * kMiB, Time{} + seconds(last_used)};
}

std::vector<GreedyDual::Key> keys(const std::vector<GreedyDual::Eviction>& evictions) {
  std::vector<GreedyDual::Key> found;
  found.reserve(evictions.size());
  for (const auto& one : evictions) found.push_back(one.key);
  return found;
}

TEST(GreedyDual, EvictsNobodyWithinTheBudget) {
  GreedyDual kept(100 * kMiB);
  kept.enter(1, thing(1, 10, 40));
  kept.enter(2, thing(1, 10, 60));
  EXPECT_TRUE(kept.shrink().empty());
  EXPECT_EQ(kept.used_bytes(), 100 * kMiB);
  EXPECT_EQ(kept.clock(), 0.0);
}

TEST(GreedyDual, TheLeastRateGoesFirst) {
  GreedyDual kept(20 * kMiB);
  kept.enter(1, thing(2, 100, 10));
  kept.enter(2, thing(1, 100, 10));
  kept.enter(3, thing(3, 100, 10));
  EXPECT_EQ(keys(kept.shrink()), (std::vector<GreedyDual::Key>{2}));
}

TEST(GreedyDual, TheCheapestStartGoesFirst) {
  GreedyDual kept(20 * kMiB);
  kept.enter(1, thing(1, 100, 10));
  kept.enter(2, thing(1, 300, 10));
  kept.enter(3, thing(1, 30, 10));
  EXPECT_EQ(keys(kept.shrink()), (std::vector<GreedyDual::Key>{3}));
}

TEST(GreedyDual, TheLargestGoesFirst) {
  GreedyDual kept(60 * kMiB);
  kept.enter(1, thing(1, 100, 10));
  kept.enter(2, thing(1, 100, 40));
  kept.enter(3, thing(1, 100, 20));
  EXPECT_EQ(keys(kept.shrink()), (std::vector<GreedyDual::Key>{2}));
}

TEST(GreedyDual, TakesNoMoreThanNeededInOrderOfPriority) {
  GreedyDual kept(10 * kMiB);
  for (const int rate : {4, 1, 3, 2}) {
    kept.enter(static_cast<GreedyDual::Key>(rate), thing(rate, 100, 5));
  }
  EXPECT_EQ(keys(kept.shrink()), (std::vector<GreedyDual::Key>{1, 2}));
  EXPECT_EQ(kept.used_bytes(), 10 * kMiB);
}

TEST(GreedyDual, EqualPrioritiesFallToTheLongestUnused) {
  GreedyDual kept(20 * kMiB);
  kept.enter(1, thing(0, 100, 10, 3));
  kept.enter(2, thing(0, 100, 10, 1));
  kept.enter(3, thing(0, 100, 10, 2));
  kept.enter(4, thing(0, 100, 10, 4));
  EXPECT_EQ(keys(kept.shrink()), (std::vector<GreedyDual::Key>{2, 3}));
}

TEST(GreedyDual, TheClockMovesOnToWhatWasEvictedAndNeverBack) {
  GreedyDual kept(10 * kMiB);
  kept.enter(1, thing(1, 1000, 10));
  kept.enter(2, thing(2, 1000, 10));
  const auto first = kept.shrink();
  ASSERT_EQ(keys(first), (std::vector<GreedyDual::Key>{1}));
  EXPECT_DOUBLE_EQ(first[0].priority, 0.1);
  EXPECT_DOUBLE_EQ(first[0].clock, 0.0);
  EXPECT_DOUBLE_EQ(kept.clock(), 0.1);
  kept.leave(2);
  EXPECT_DOUBLE_EQ(kept.clock(), 0.1);
}

TEST(GreedyDual, WhatWasWorthMuchAgesByTheClock) {
  GreedyDual kept(20 * kMiB);
  kept.enter(100, thing(5, 1000, 10));  // 0.5 by itself, and never used again
  // Another is used all the time, and different ones worth 0.1 come and go.
  GreedyDual::Key next = 1;
  bool gone = false;
  for (int round = 0; round < 20 && !gone; ++round) {
    kept.leave(99);
    kept.enter(99, thing(8, 1000, 10));
    kept.enter(next++, thing(1, 1000, 10));
    for (const auto& evicted : kept.shrink()) gone = gone || evicted.key == 100;
  }
  EXPECT_TRUE(gone);
  EXPECT_LE(next, 8U);  // by the fifth step of 0.1 or so
}

TEST(GreedyDual, NobodyStarves) {
  GreedyDual kept(10 * kMiB);
  kept.enter(1, thing(10, 1000, 10));  // worth a hundred times the other, and unused from now on
  int tries = 0;
  std::vector<GreedyDual::Eviction> evicted;
  do {
    kept.leave(2);
    kept.enter(2, thing(0.1, 1000, 10, ++tries));
    evicted = kept.shrink();
  } while (evicted.at(0).key == 2 && tries < 1000);
  EXPECT_EQ(evicted.at(0).key, 1U);
  EXPECT_GT(tries, 90);
}

TEST(GreedyDual, WhatDoesNotFitAloneDrivesOutNobody) {
  GreedyDual kept(20 * kMiB);
  kept.enter(1, thing(1, 10, 10));
  kept.enter(2, thing(100, 1000, 30));
  const auto evicted = kept.shrink();
  ASSERT_EQ(keys(evicted), (std::vector<GreedyDual::Key>{2}));
  EXPECT_EQ(evicted[0].reason, EvictionReason::larger_than_budget);
  EXPECT_EQ(kept.clock(), 0.0);
  EXPECT_EQ(kept.used_bytes(), 10 * kMiB);
}

TEST(GreedyDual, AUseGivesANewPriority) {
  GreedyDual kept(20 * kMiB);
  kept.enter(1, thing(1, 100, 10));
  kept.enter(2, thing(2, 100, 10));
  kept.leave(1);
  kept.enter(1, thing(3, 100, 10));
  kept.enter(3, thing(9, 100, 10));
  EXPECT_EQ(keys(kept.shrink()), (std::vector<GreedyDual::Key>{2}));
}

TEST(UseRate, FindsASteadyRate) {
  UseRate rate(std::chrono::minutes(10));
  Time now;
  for (int i = 0; i < 2000; ++i) rate.used(now += seconds(5));
  EXPECT_NEAR(rate.per_second(now), 0.2, 0.001);
}

TEST(UseRate, HalvesWithEachHalfLife) {
  UseRate rate(seconds(10));
  EXPECT_EQ(rate.per_second(Time{}), 0.0);
  rate.used(Time{});
  const double first = rate.per_second(Time{});
  EXPECT_NEAR(rate.per_second(Time{} + seconds(10)), first / 2, 1e-12);
  EXPECT_NEAR(rate.per_second(Time{} + seconds(20)), first / 4, 1e-12);
}

}  // namespace
}  // namespace glowplug::scale
