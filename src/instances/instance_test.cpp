#include "instances/instance.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

namespace glowplug::instances {
namespace {

/// One slot whose instance lives in the test itself: the other end of the ring.
class InstanceTest : public ::testing::Test {
 protected:
  InstanceTest() {
    signature_.inputs = {{"x", Datatype::fp32, {-1, 2}, false, {}},
                         {"scale", Datatype::fp32, {}, true, {}}};
    signature_.outputs = {{"y", Datatype::fp32, {-1}, false, {}}};
    auto ring = GatewayRing::create({4096, 4096});
    instance_ = std::make_unique<Instance>(0, signature_, *std::move(ring));
  }
  front::Batch batch_of(const std::vector<std::int64_t>& rows) {
    front::Batch batch;
    batch.wanted = {0};
    batch.deadline = now_ + seconds(5);
    for (const std::int64_t count : rows) {
      InferRequest& request = *requests_.emplace_back(std::make_unique<InferRequest>());
      request.rows = count;
      request.decoded.emplace_back(static_cast<std::size_t>(count) * 8);
      request.inputs = {{true, {count, 2}, request.decoded.back()}, {false, {}, {}}};
      batch.items.push_back({&request});
      batch.rows += count;
    }
    return batch;
  }
  void put(const std::vector<std::int64_t>& rows) {
    front::Batch batch = batch_of(rows);
    ASSERT_TRUE(instance_->put(batch, ++sequence_, now_));
  }
  void be_born() {
    instance_->ask(now_);
    instance_->fork_sent(now_, std::nullopt);
    instance_->forked(now_, 4711, UniqueFd(), nullptr);
  }
  std::unique_ptr<InstanceRing> other_end() {
    auto bell = UniqueFd(::dup(instance_->ring().instance_doorbell()));
    auto ring = InstanceRing::attach(UniqueFd(::dup(instance_->ring().memory_fd())),
                                     std::move(bell), UniqueFd(::dup(2)));
    return *std::move(ring);
  }
  static void answer(InstanceRing& ring) {
    InstanceRing::Request& request = ring.next();
    const std::array<std::int64_t, 1> shape{request.rows};
    ASSERT_TRUE(ring.output(0, Datatype::fp32, shape, request.rows * sizeof(float)));
    ring.finish({}, {});
  }

  Signature signature_;
  std::vector<std::unique_ptr<InferRequest>> requests_;
  std::unique_ptr<Instance> instance_;
  std::uint64_t sequence_ = 0;
  Time now_ = Time{} + seconds(1000);
};

TEST_F(InstanceTest, HoldsABatchBeforeItsProcessExists) {
  instance_->ask(now_);
  put({1});
  EXPECT_EQ(instance_->state(), InstanceState::starting);
  EXPECT_TRUE(instance_->waits_for_fork());
  instance_->fork_sent(now_, std::nullopt);
  now_ += milliseconds(1);
  instance_->forked(now_, 4711, UniqueFd(), nullptr);
  EXPECT_EQ(instance_->state(), InstanceState::busy);
}

TEST_F(InstanceTest, JoinsTheRowsOfABatch) {
  be_born();
  put({2, 3});
  const auto ring = other_end();
  InstanceRing::Request& request = ring->next();
  EXPECT_EQ(request.rows, 5U);
  ASSERT_TRUE(request.inputs.at(0).has_value());
  EXPECT_EQ(Shape(request.inputs[0]->shape.begin(), request.inputs[0]->shape.end()), (Shape{5, 2}));
  EXPECT_EQ(request.inputs[0]->bytes.size(), 40U);
  EXPECT_FALSE(request.inputs.at(1).has_value());
}

TEST_F(InstanceTest, IsIdleAgainAfterItsReply) {
  be_born();
  put({1});
  EXPECT_EQ(instance_->state(), InstanceState::busy);
  answer(*other_end());
  now_ += milliseconds(3);
  const auto finished = instance_->take(now_);
  ASSERT_TRUE(finished && *finished);
  EXPECT_TRUE((*finished)->outcome.outputs.has_value());
  EXPECT_FALSE((*finished)->outcome.cold);
  EXPECT_EQ(instance_->state(), InstanceState::idle);
  EXPECT_EQ(instance_->idle_since(), now_);
  EXPECT_EQ(instance_->last_run(), milliseconds(3));
}

TEST_F(InstanceTest, TellsTheBatchThatWaitedForItsStart) {
  instance_->ask(now_);
  put({1});
  now_ += milliseconds(2);
  instance_->fork_sent(now_, std::nullopt);
  answer(*other_end());
  now_ += milliseconds(5);
  const auto finished = instance_->take(now_);
  ASSERT_TRUE(finished && *finished);
  EXPECT_TRUE((*finished)->outcome.cold);
  EXPECT_EQ((*finished)->outcome.start, milliseconds(7));
  ASSERT_TRUE(instance_->cold_start().has_value());
  EXPECT_EQ(instance_->cold_start()->total, milliseconds(7));
}

TEST_F(InstanceTest, CountsOnlyWhatHadBegunAsBegun) {
  be_born();
  put({1});
  put({1});
  (void)other_end()->next();  // and dies in the first
  const auto lost = instance_->lose(Error{Code::instance_lost, "killed", {}});
  ASSERT_EQ(lost.size(), 2U);
  EXPECT_TRUE(lost[0].outcome.begun);
  EXPECT_FALSE(lost[1].outcome.begun);
}

TEST_F(InstanceTest, MayRunUntilItsDeadlineAndTheGrace) {
  be_born();
  EXPECT_EQ(instance_->must_answer_by(seconds(5), seconds(1)), Time::max());
  put({1});
  EXPECT_EQ(instance_->must_answer_by(seconds(5), seconds(1)), now_ + seconds(6));
}

TEST_F(InstanceTest, GivesABatchThatBeganLateTheGraceFromThen) {
  instance_->ask(now_);
  put({1});
  EXPECT_EQ(instance_->must_answer_by(seconds(5), seconds(1)), Time::max());
  now_ += seconds(20);
  instance_->fork_sent(now_, std::nullopt);
  instance_->forked(now_, 4711, UniqueFd(), nullptr);
  EXPECT_EQ(instance_->must_answer_by(seconds(5), seconds(1)), now_ + seconds(1));
}

TEST_F(InstanceTest, StartsFreshAfterItsEnd) {
  be_born();
  put({1});
  (void)other_end()->next();
  instance_->gone(now_);
  (void)instance_->lose(Error{Code::instance_lost, "killed", {}});
  instance_->clear();
  EXPECT_EQ(instance_->state(), InstanceState::absent);
  EXPECT_EQ(instance_->ring().free_slots(), kRingSlots);
  EXPECT_FALSE(instance_->was_fork_sent());
  be_born();
  put({1});
  answer(*other_end());
  EXPECT_TRUE(*instance_->take(now_));
}

TEST_F(InstanceTest, LeavesByItsRing) {
  be_born();
  instance_->leave(now_);
  EXPECT_EQ(instance_->state(), InstanceState::leaving);
  EXPECT_FALSE(instance_->alive());
  EXPECT_EQ(other_end()->next().operation, RingOperation::leave);
}

}  // namespace
}  // namespace glowplug::instances
