#include "front/http/body_memory.h"

#include <gtest/gtest.h>

#include <string>

#include "front/http/testing/one_timer_loop.h"

namespace glowplug::front::http {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

class BodyMemoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    memory_.set_calls(
        {[this] { told_ += "keep "; }, [this](bool all) { told_ += all ? "all " : "some "; }});
  }
  void pass(int periods) {
    for (int i = 0; i < periods; ++i) loop_.advance(BodyMemory::kPeriod);
  }
  testing::OneTimerLoop loop_;
  BodyMemory memory_{loop_};
  std::string told_;
};

TEST_F(BodyMemoryTest, IsGivenBackOnceNoBodyHasComeForAPeriod) {
  memory_.in_use(5 * kMiB);
  memory_.in_use(0);
  pass(1);
  EXPECT_EQ(told_, "keep ");
  pass(1);
  EXPECT_EQ(told_, "keep all ");
  pass(10);
  EXPECT_EQ(loop_.timers_made, 2);  // nothing is looked at any more
  memory_.in_use(2 * kMiB);
  EXPECT_EQ(told_, "keep all keep ");
}

TEST_F(BodyMemoryTest, IsKeptUnderASteadyLoadThatEndsBetweenTheLooks) {
  for (int second = 0; second < 20; ++second) {
    memory_.in_use(8 * kMiB);
    memory_.in_use(0);
    pass(1);
  }
  EXPECT_EQ(told_, "keep ");
}

TEST_F(BodyMemoryTest, IsGivenBackInPartWhenTheLoadFalls) {
  memory_.in_use(40 * kMiB);
  memory_.in_use(3 * kMiB);
  pass(2);
  EXPECT_EQ(told_, "keep some ");
  pass(5);
  EXPECT_EQ(told_, "keep some ");
  memory_.in_use(0);
  pass(2);
  EXPECT_EQ(told_, "keep some all ");
}

TEST_F(BodyMemoryTest, SmallBodiesMakeNoTimer) {
  memory_.in_use(kMiB - 1);
  memory_.in_use(0);
  EXPECT_EQ(loop_.timers_made, 0);
  EXPECT_EQ(told_, "");
}

}  // namespace
}  // namespace glowplug::front::http
