#include "front/batch_size.h"

#include <gtest/gtest.h>

#include <functional>

namespace glowplug::front {
namespace {

/// Runs `batches` of whatever size is asked for, of a function that takes `cost(rows)`.
void run(BatchSize& size, int batches, const std::function<nanoseconds(std::int64_t)>& cost) {
  for (int i = 0; i < batches; ++i) {
    const std::int64_t rows = size.next();
    size.ran(rows, cost(rows));
  }
}

nanoseconds small_network(std::int64_t rows) { return nanoseconds(9'000 + 200 * rows); }

nanoseconds convolutions(std::int64_t rows) {
  return nanoseconds(rows == 1 ? 8'800'000 : 10'400'000 * rows);
}

TEST(BatchSize, StartsWithTheMost) {
  BatchSize size(24);
  EXPECT_EQ(size.next(), 24);
  EXPECT_EQ(BatchSize(0).best(), 1);
}

TEST(BatchSize, ASmallNetworkKeepsItsLargeBatches) {
  BatchSize size(32);
  run(size, 5'000, small_network);
  EXPECT_EQ(size.best(), 32);
}

TEST(BatchSize, RowsThatCostMoreTogetherRunAlone) {
  BatchSize size(32);
  for (int i = 0; i < 4; ++i) size.ran(1, convolutions(1));  // before the load comes
  run(size, 4, convolutions);
  EXPECT_EQ(size.best(), 1);
  run(size, 5'000, convolutions);
  EXPECT_EQ(size.best(), 1);
}

TEST(BatchSize, NeedNotHaveSeenTheMostToKnow) {
  BatchSize size(32);
  for (int i = 0; i < 4; ++i) size.ran(1, convolutions(1));
  EXPECT_EQ(size.best(), 32) << "nothing to compare with";
  for (int i = 0; i < 3; ++i) size.ran(15, convolutions(15));
  EXPECT_EQ(size.best(), 1);
}

TEST(BatchSize, FindsOutUnderLoadFromTheBeginning) {
  BatchSize size(32);
  run(size, 1'000, convolutions);
  EXPECT_EQ(size.best(), 1);
}

TEST(BatchSize, TheLeastOfThoseThatAreAsGoodIsTaken) {
  BatchSize size(64);
  run(size, 10'000, [](std::int64_t rows) {  // a row costs the same from 8 on
    return nanoseconds(rows < 8 ? 8'000'000 : 1'000'000 * rows);
  });
  EXPECT_EQ(size.best(), 8);
}

TEST(BatchSize, NoticesWhenLargerOnesBecomeCheaper) {
  BatchSize size(16);
  run(size, 1'000, convolutions);
  EXPECT_EQ(size.best(), 1);
  run(size, 20'000, small_network);
  EXPECT_EQ(size.best(), 16);
}

TEST(BatchSize, RequestsLargerThanTheMostAreNoReasonForAnything) {
  BatchSize size(4);
  for (int i = 0; i < 10; ++i) size.ran(10'000, nanoseconds(1'000));
  EXPECT_EQ(size.best(), 4);
  size.ran(0, nanoseconds(5));
}

}  // namespace
}  // namespace glowplug::front
