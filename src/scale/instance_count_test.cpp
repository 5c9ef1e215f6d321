#include "scale/instance_count.h"

#include <gtest/gtest.h>

#include <array>

namespace glowplug::scale {
namespace {

constexpr InstancePolicy kUpToFour{.min_instances = 0, .max_instances = 4, .parked = 0};

InstanceLoad waiting(std::uint32_t at_work, std::size_t batches, Duration run_time,
                     Duration oldest = Duration(0)) {
  return {.at_work = at_work,
          .waiting_batches = batches,
          .oldest_wait = oldest,
          .run_time = run_time,
          .start_time = milliseconds(2),
          .in_use = at_work > 0};
}

TEST(InstancesWanted, FallsToZeroWithoutWork) { EXPECT_EQ(instances_wanted({}, kUpToFour), 0U); }

TEST(InstancesWanted, KeepsThoseAtWork) {
  EXPECT_EQ(instances_wanted(waiting(3, 0, milliseconds(1)), kUpToFour), 3U);
}

TEST(InstancesWanted, StartsNoneForABacklogThatIsDoneBeforeItWouldBeUp) {
  EXPECT_EQ(instances_wanted(waiting(1, 4, std::chrono::microseconds(100)), kUpToFour), 1U);
}

TEST(InstancesWanted, StartsAsManyAsTheBacklogIsWorth) {
  EXPECT_EQ(instances_wanted(waiting(1, 2, milliseconds(2)), kUpToFour), 3U);
}

TEST(InstancesWanted, NeverStartsMoreThanThereAreBatches) {
  EXPECT_EQ(instances_wanted(waiting(1, 1, seconds(5)), kUpToFour), 2U);
}

TEST(InstancesWanted, StartsOneWhenTheOldestWaitedLongerThanAStart) {
  EXPECT_EQ(instances_wanted(waiting(1, 3, Duration(0), milliseconds(3)), kUpToFour), 2U);
}

TEST(InstancesWanted, StopsAtTheMaximum) {
  EXPECT_EQ(instances_wanted(waiting(4, 1000, seconds(1)), kUpToFour), 4U);
}

TEST(InstancesWanted, KeepsTheMinimumWithoutWork) {
  EXPECT_EQ(instances_wanted({}, {.min_instances = 2, .max_instances = 4, .parked = 0}), 2U);
}

TEST(InstancesWanted, KeepsParkedOnesWhileInUseOnly) {
  const InstancePolicy policy{.min_instances = 0, .max_instances = 4, .parked = 2};
  EXPECT_EQ(instances_wanted(waiting(1, 0, milliseconds(1)), policy), 3U);
  EXPECT_EQ(instances_wanted({}, policy), 0U);
}

PlacementChoice choice(Duration run_time) {
  return {.any_alive = true,
          .unoccupied = false,
          .may_start = true,
          .room_behind = true,
          .run_time = run_time,
          .start_time = milliseconds(2)};
}

TEST(PlaceBatch, PrefersAnInstanceWithoutWork) {
  PlacementChoice given = choice(seconds(1));
  given.unoccupied = true;
  EXPECT_EQ(place_batch(given), Placement::unoccupied);
}

TEST(PlaceBatch, LaysAShortRunBehindAnotherOne) {
  EXPECT_EQ(place_batch(choice(milliseconds(1))), Placement::behind);
}

TEST(PlaceBatch, StartsAnInstanceForALongRun) {
  EXPECT_EQ(place_batch(choice(milliseconds(3))), Placement::new_instance);
}

TEST(PlaceBatch, LeavesALongRunInTheQueueWhenAllAreBusy) {
  PlacementChoice given = choice(milliseconds(3));
  given.may_start = false;
  EXPECT_EQ(place_batch(given), Placement::nowhere);
}

TEST(PlaceBatch, LeavesAShortRunInTheQueueWhenTwoAreInFlight) {
  PlacementChoice given = choice(milliseconds(1));
  given.room_behind = false;
  EXPECT_EQ(place_batch(given), Placement::nowhere);
}

TEST(PlaceBatch, StartsTheFirstInstance) {
  PlacementChoice given = choice(milliseconds(1));
  given.any_alive = given.room_behind = false;
  EXPECT_EQ(place_batch(given), Placement::new_instance);
}

class InstancesToLeave : public ::testing::Test {
 protected:
  [[nodiscard]] std::vector<std::size_t> leaving(std::uint32_t alive, std::uint32_t keep) const {
    return instances_to_leave(since_, Time{} + seconds(100), seconds(60), alive, keep);
  }
  std::array<Time, 3> since_{Time{} + seconds(40), Time{} + seconds(41), Time{} + seconds(39)};
};

TEST_F(InstancesToLeave, TakesThoseThatWereIdleForTheTimeout) {
  EXPECT_EQ(leaving(3, 0), (std::vector<std::size_t>{2, 0}));
}

TEST_F(InstancesToLeave, KeepsTheMinimumAndTheMostRecentlyUsed) {
  EXPECT_EQ(leaving(3, 2), (std::vector<std::size_t>{2}));
  EXPECT_EQ(leaving(2, 2), (std::vector<std::size_t>{}));
}

TEST_F(InstancesToLeave, CountsBusyOnesAsKept) { EXPECT_EQ(leaving(5, 2).size(), 2U); }

}  // namespace
}  // namespace glowplug::scale
