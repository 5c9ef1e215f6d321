#include "instances/circuit_breaker.h"

#include <gtest/gtest.h>

namespace glowplug::instances {
namespace {

const Error kWhy{Code::instance_lost, "the template exited with code 7", "look at its log"};

class Breaker : public ::testing::Test {
 protected:
  void fail(CircuitBreaker::Failure kind = CircuitBreaker::Failure::chance) {
    breaker_.failed(now_, kWhy, kind);
  }
  [[nodiscard]] Duration wait() const { return breaker_.retry_at() - now_; }
  CircuitBreaker breaker_;
  Time now_ = Time{} + seconds(1000);
};

TEST_F(Breaker, LetsTheFirstTryThrough) {
  EXPECT_TRUE(breaker_.may_try(now_));
  EXPECT_TRUE(breaker_.health(now_));
}

TEST_F(Breaker, WaitsTwiceAsLongAfterEachFailure) {
  fail();
  EXPECT_EQ(wait(), milliseconds(10));
  EXPECT_FALSE(breaker_.may_try(now_));
  EXPECT_TRUE(breaker_.health(now_));  // requests wait with it
  fail();
  EXPECT_EQ(wait(), milliseconds(20));
}

TEST_F(Breaker, OpensAfterFiveFailuresInARow) {
  for (int i = 0; i < 4; ++i) fail();
  EXPECT_FALSE(breaker_.open());
  fail();
  ASSERT_TRUE(breaker_.open());
  const auto health = breaker_.health(now_);
  ASSERT_FALSE(health);
  EXPECT_EQ(health.error().code, Code::unavailable);
  EXPECT_EQ(health.error().message, kWhy.message);
  EXPECT_EQ(health.error().fix, kWhy.fix);
}

TEST_F(Breaker, OpensAtOnceForAFailureThatWouldRepeat) {
  fail(CircuitBreaker::Failure::certain);
  EXPECT_TRUE(breaker_.open());
  EXPECT_EQ(wait(), seconds(1));
}

TEST_F(Breaker, LetsOneTryThroughAfterTheDelay) {
  fail(CircuitBreaker::Failure::certain);
  now_ += seconds(1);
  EXPECT_TRUE(breaker_.health(now_));
  fail();
  EXPECT_FALSE(breaker_.health(now_));
  EXPECT_EQ(wait(), seconds(2));
}

TEST_F(Breaker, NeverWaitsLongerThanItsLimit) {
  for (int i = 0; i < 100; ++i) fail();
  EXPECT_EQ(wait(), seconds(30));
}

TEST_F(Breaker, ClosesAfterASuccess) {
  for (int i = 0; i < 7; ++i) fail();
  breaker_.succeeded();
  EXPECT_TRUE(breaker_.may_try(now_));
  EXPECT_FALSE(breaker_.open());
  fail();
  EXPECT_EQ(wait(), milliseconds(10));
}

}  // namespace
}  // namespace glowplug::instances
