#include "engine/onnxruntime/placement_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace glowplug::engine::ort {
namespace {

constexpr std::size_t kKiB = 1024;

/// No two blocks that live at once overlap.
void expect_sound(const std::vector<RecordedBlock>& blocks, const PlacementPlan& plan) {
  ASSERT_EQ(plan.places.size(), blocks.size());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const std::size_t end = plan.places[i] + blocks[i].size;
    EXPECT_LE(end, plan.end);
    for (std::size_t j = i + 1; j < blocks.size() && j < blocks[i].ends; ++j) {
      const bool apart = end <= plan.places[j] || plan.places[j] + blocks[j].size <= plan.places[i];
      EXPECT_TRUE(apart) << i << " and " << j;
    }
  }
}

TEST(PlacementPlan, NeedsNoMoreThanIsInUseAtOnceWhereFirstFitLeavesAHole) {
  // A chain: each block lives until the one after the next is asked for. First fit puts 784 at 0,
  // 4704 behind it, and 1176 does not fit below.
  const std::vector<RecordedBlock> chain{
      {1568 * kKiB, 2}, {784 * kKiB, 3}, {4704 * kKiB, 4}, {1176 * kKiB}};
  const PlacementPlan plan = plan_placement(chain);
  expect_sound(chain, plan);
  EXPECT_EQ(plan.end, (4704 + 1176) * kKiB);
}

TEST(PlacementPlan, IsSoundForRunsOfAnyKind) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    std::vector<RecordedBlock> blocks(random() % 60);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const bool stays = random() % 10 == 0;
      blocks[i] = {64 * (1 + random() % 50), stays ? SIZE_MAX : i + 1 + random() % 8};
    }
    expect_sound(blocks, plan_placement(blocks));
  }
}

TEST(RunRecorder, KeepsTheRunThatNeedsMostAndHowLongItsBlocksLived) {
  RunRecorder recorder;
  const auto run = [&recorder](std::size_t size) {
    const std::size_t first = recorder.allocated(size);
    const std::size_t second = recorder.allocated(2 * size);
    recorder.released(first);
    const std::size_t third = recorder.allocated(3 * size);
    recorder.released(third);
    recorder.released(second);
  };
  run(64);
  run(640);
  run(128);
  const auto& blocks = recorder.largest();
  ASSERT_EQ(blocks.size(), 3U);
  EXPECT_EQ(blocks[2].size, 1920U);
  EXPECT_EQ(blocks[0].ends, 2U);
  EXPECT_EQ(blocks[1].ends, 3U);
}

TEST(RunRecorder, TakesNoNoticeOfRunsThatAreTooLongOrCameTooLate) {
  RunRecorder late;
  for (int i = 0; i <= RunRecorder::kMostRuns; ++i)
    late.released(late.allocated(i == RunRecorder::kMostRuns ? 6400 : 64));
  ASSERT_EQ(late.largest().size(), 1U);
  EXPECT_EQ(late.largest()[0].size, 64U);
  RunRecorder endless;
  for (std::size_t i = 0; i < 2 * RunRecorder::kMostBlocks; ++i) (void)endless.allocated(64);
  for (std::size_t i = 0; i < 2 * RunRecorder::kMostBlocks; ++i) endless.released(i);
  EXPECT_TRUE(endless.largest().empty());
}

}  // namespace
}  // namespace glowplug::engine::ort
