#include "front/http/busy_poll.h"

#include <gtest/gtest.h>

namespace glowplug::front::http {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

/// Of `count` waits for something that comes after `gap`, how many looked.
int looks_of(BusyPoll& poll, Duration gap, int count, int events = 1) {
  int looks = 0;
  for (int i = 0; i < count; ++i) {
    const Duration budget = poll.budget();
    looks += budget > Duration(0) ? 1 : 0;
    poll.waited(gap, events, gap < budget);
  }
  return looks;
}

constexpr int kSingles = BusyPoll::kSingles;

TEST(BusyPoll, TheFirstWaitsSleep) {
  BusyPoll poll;
  EXPECT_EQ(looks_of(poll, microseconds(20), kSingles), 0);
}

TEST(BusyPoll, LooksWhereThingsCameSoonOneByOne) {
  BusyPoll poll;
  (void)looks_of(poll, microseconds(90), kSingles);  // slept, and the client slept meanwhile
  EXPECT_EQ(looks_of(poll, microseconds(20), 1000), 1000);
}

TEST(BusyPoll, NeverLooksWhereSeveralComeAtOnce) {
  BusyPoll poll;
  EXPECT_EQ(looks_of(poll, microseconds(20), 1000, 2), 0);
  (void)looks_of(poll, microseconds(20), 100);
  EXPECT_LE(looks_of(poll, microseconds(20), 1000, 2), 1);
}

TEST(BusyPoll, NeverLooksWhereRequestsAreRare) {
  BusyPoll poll;
  EXPECT_EQ(looks_of(poll, milliseconds(1), 1000), 0);
}

TEST(BusyPoll, OneIdleSpellCostsOneLookAtMost) {
  BusyPoll poll;
  EXPECT_EQ(looks_of(poll, microseconds(20), 100), 100 - kSingles);
  EXPECT_EQ(looks_of(poll, milliseconds(5), 100), 1);
}

TEST(BusyPoll, RestsTwiceAsLongEachTimeLookingIsInVain) {
  BusyPoll poll;
  // Near enough to hope, too late for a look: after 1, 2, 4 … 1024 waits without one comes the
  // next.
  EXPECT_EQ(looks_of(poll, microseconds(150), kSingles + 2048 + 10), 11);
  EXPECT_LE(looks_of(poll, microseconds(150), 100'000), 100);
}

TEST(BusyPoll, ALookThatFindsSomethingEndsTheRests) {
  BusyPoll poll;
  EXPECT_LT(looks_of(poll, microseconds(150), 50), 7);
  EXPECT_GT(looks_of(poll, microseconds(20), 1000), 900);
}

}  // namespace
}  // namespace glowplug::front::http
