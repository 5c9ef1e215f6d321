#include "front/http/deadlines.h"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "front/http/testing/one_timer_loop.h"

namespace glowplug::front::http {
namespace {

using testing::OneTimerLoop;

struct Counted : Deadlines::Item {
  void expired() override {
    ++times;
    if (then) then();
  }
  int times = 0;
  std::function<void()> then;
};

TEST(Deadlines, ExpireOnceAndInOrder) {
  OneTimerLoop loop;
  Deadlines deadlines(loop);
  Counted late;
  Counted early;
  deadlines.set(late, loop.now() + seconds(5));
  deadlines.set(early, loop.now() + seconds(2));
  loop.advance(seconds(2));
  EXPECT_EQ(early.times, 1);
  EXPECT_EQ(late.times, 0);
  loop.advance(seconds(10));
  EXPECT_EQ(early.times, 1);
  EXPECT_EQ(late.times, 1);
}

TEST(Deadlines, ThatMoveLaterCostNoTimerUntilTheyComeUp) {
  OneTimerLoop loop;
  Deadlines deadlines(loop);
  Counted item;
  deadlines.set(item, loop.now() + seconds(5));
  for (int i = 0; i < 1000; ++i) deadlines.set(item, loop.now() + seconds(6) + milliseconds(i));
  EXPECT_EQ(loop.timers_made, 1);
  loop.advance(seconds(5));
  EXPECT_EQ(item.times, 0);
  EXPECT_EQ(loop.timers_made, 2);
  loop.advance(seconds(2));
  EXPECT_EQ(item.times, 1);
}

TEST(Deadlines, CanMoveEarlierAndAway) {
  OneTimerLoop loop;
  Deadlines deadlines(loop);
  Counted moved;
  Counted cleared;
  deadlines.set(moved, loop.now() + seconds(50));
  deadlines.set(moved, loop.now() + seconds(1));
  deadlines.set(cleared, loop.now() + seconds(1));
  deadlines.set(cleared, Time::max());
  loop.advance(seconds(1));
  EXPECT_EQ(moved.times, 1);
  loop.advance(seconds(100));
  EXPECT_EQ(moved.times, 1);
  EXPECT_EQ(cleared.times, 0);
}

TEST(Deadlines, CanBeSetAndRemovedWhileOthersExpire) {
  OneTimerLoop loop;
  Deadlines deadlines(loop);
  Counted first;
  Counted second;
  first.then = [&] {
    deadlines.remove(second);
    if (first.times == 1) deadlines.set(first, loop.now() + seconds(1));
  };
  deadlines.set(first, loop.now() + seconds(1));
  deadlines.set(second, loop.now() + seconds(1) + nanoseconds(1));
  loop.advance(seconds(2));
  EXPECT_EQ(first.times, 1);
  EXPECT_EQ(second.times, 0);
  loop.advance(seconds(1));
  EXPECT_EQ(first.times, 2);
}

}  // namespace
}  // namespace glowplug::front::http
