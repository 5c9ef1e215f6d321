#include "front/function_queue.h"

#include <gtest/gtest.h>

#include <cstring>

#include "front/testing/hand_loop.h"

namespace glowplug::front {
namespace {

using testing::HandLoop;

/// Takes up to `room` batches and keeps them until the test answers: output = input + 1.
class HandBackend : public Backend {
 public:
  explicit HandBackend(std::int64_t max_batch) {
    signature_.inputs = {{"x", Datatype::fp32, {-1, 1}, false, {}}};
    signature_.outputs = {{"y", Datatype::fp32, {-1, 1}, false, {}}};
    signature_.max_batch = max_batch;
  }
  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] std::size_t free_batches() const override {
    return room - std::min(room, running.size());
  }
  [[nodiscard]] std::size_t idle_instances() const override { return free_batches(); }
  void submit(Batch batch) override {
    ++submitted;
    running.push_back(std::move(batch));
  }
  void backlog(std::size_t batches, Duration) override { backlog_batches = batches; }
  void on_room(std::function<void()> call) override { room_ = std::move(call); }
  [[nodiscard]] Result<void> health() const override {
    if (!sick.empty()) return Error{Code::unavailable, sick, {}};
    return {};
  }

  void answer_first() {
    Batch batch = std::move(running.front());
    running.pop_front();
    Tensor out{Datatype::fp32, {batch.rows, 1}, {}};
    for (const BatchItem& item : batch.items) {
      for (std::size_t i = 0; i < item.request->inputs[0].bytes.size() / 4; ++i) {
        float value = 0;
        std::memcpy(&value, item.request->inputs[0].bytes.data() + 4 * i, 4);
        value += 1;
        const auto* bytes = reinterpret_cast<const std::byte*>(&value);
        out.bytes.insert(out.bytes.end(), bytes, bytes + 4);
      }
    }
    Batch::Outcome outcome;
    outcome.outputs = std::vector<Tensor>{out};
    outcome.timing = outcome_timing;
    outcome.start = outcome_start;
    batch.done(std::move(outcome));
  }
  void refuse_first(Code code) {
    Batch batch = std::move(running.front());
    running.pop_front();
    Batch::Outcome outcome;
    outcome.outputs = Error{code, "index 99 is out of bounds", {}};
    batch.done(std::move(outcome));
  }
  void lose_first(bool begun = true) {
    Batch batch = std::move(running.front());
    running.pop_front();
    Batch::Outcome outcome;
    outcome.outputs = Error{Code::instance_lost, "killed by signal 9", {}};
    outcome.begun = begun;
    batch.done(std::move(outcome));
  }

  std::size_t room = 1;
  std::size_t submitted = 0;
  std::size_t backlog_batches = 0;
  std::deque<Batch> running;
  std::string sick;
  RunTiming outcome_timing;
  nanoseconds outcome_start{0};

 private:
  Signature signature_;
  std::function<void()> room_;
};

InferRequest request_of(std::vector<float> values) {
  InferRequest request;
  request.rows = static_cast<std::int64_t>(values.size());
  std::vector<std::byte> bytes(values.size() * 4);
  std::memcpy(bytes.data(), values.data(), bytes.size());
  request.decoded.push_back(std::move(bytes));
  request.inputs.push_back({true, {request.rows, 1}, request.decoded.back()});
  request.outputs.push_back({0, false, 0});
  return request;
}

class FunctionQueueTest : public ::testing::Test {
 protected:
  explicit FunctionQueueTest(Duration max_delay = Duration(0))
      : queue(loop, backend,
              {.max_rows = 10, .max_bytes = 1000, .max_batch = 8, .max_delay = max_delay}) {}
  void send(std::vector<float> values, Duration limit = seconds(5)) {
    const std::size_t mine = answers.size();
    answers.emplace_back();
    tickets.push_back(queue.submit(
        request_of(std::move(values)), loop.now(), loop.now() + limit,
        [this, mine](const InferRequest&, Result<InferResponse> result) {
          if (!result) {
            answers[mine] = std::string(std::to_string(static_cast<int>(result.error().code)) +
                                        " " + result.error().message);
            return;
          }
          const Tensor& tensor = result->outputs.at(0);
          for (std::size_t i = 0; i < tensor.bytes.size() / 4; ++i) {
            float value = 0;
            std::memcpy(&value, tensor.bytes.data() + 4 * i, 4);
            answers[mine] += std::to_string(static_cast<int>(value)) + ";";
          }
        }));
  }

  HandLoop loop;
  HandBackend backend{8};
  std::vector<std::string> answers;
  FunctionQueue queue;
  std::vector<std::uint64_t> tickets;
};

TEST_F(FunctionQueueTest, RowsThatWaitTogetherRunTogetherAndComeBackToTheirCallers) {
  send({1});
  queue.flush();
  send({10, 20});
  send({30});
  queue.flush();  // no room: they wait
  EXPECT_EQ(backend.backlog_batches, 1U);
  backend.answer_first();
  queue.flush();
  ASSERT_EQ(backend.running.size(), 1U);
  EXPECT_EQ(backend.running[0].rows, 3);
  backend.answer_first();
  EXPECT_EQ(answers, (std::vector<std::string>{"2;", "11;21;", "31;"}));
  EXPECT_EQ(queue.open_requests(), 0U);
}

TEST_F(FunctionQueueTest, NeverPacksMoreRowsThanTheLimit) {
  backend.room = 0;
  send({1, 2, 3, 4, 5});
  send({6, 7, 8, 9});
  backend.room = 5;
  queue.flush();
  ASSERT_EQ(backend.running.size(), 2U);
  EXPECT_EQ(backend.running[0].rows, 5);
}

/// The same queue with a delay for fuller batches.
class DelayedQueueTest : public FunctionQueueTest {
 protected:
  DelayedQueueTest() : FunctionQueueTest(milliseconds(2)) { backend.room = 2; }
};

TEST_F(DelayedQueueTest, ALoneRequestIsNotDelayed) {
  send({1});
  queue.flush();
  EXPECT_EQ(backend.running.size(), 1U);
}

TEST_F(DelayedQueueTest, ARequestBesideOthersWaitsForCompanyUntilTheDelayIsOver) {
  send({1});
  queue.flush();
  send({2});
  queue.flush();
  loop.advance(milliseconds(1));
  send({3});
  queue.flush();
  EXPECT_EQ(backend.running.size(), 1U);
  loop.advance(milliseconds(1));
  ASSERT_EQ(backend.running.size(), 2U);
  EXPECT_EQ(backend.running[1].rows, 2);
}

TEST_F(DelayedQueueTest, AFullBatchGoesAtOnce) {
  send({1});
  queue.flush();
  send({1, 2, 3, 4});
  send({5, 6, 7, 8});
  queue.flush();
  ASSERT_EQ(backend.running.size(), 2U);
  EXPECT_EQ(backend.running[1].rows, 8);
}

TEST_F(DelayedQueueTest, ARequestThatIsTriedAgainIsNotDelayed) {
  send({1});
  send({2});
  queue.flush();
  loop.advance(milliseconds(2));
  backend.lose_first();
  queue.flush();
  EXPECT_EQ(backend.running.size(), 2U);
}

TEST_F(FunctionQueueTest, AFullQueueRefusesWithItsLimit) {
  backend.room = 0;
  send({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  send({11});
  EXPECT_EQ(answers[1], "12 10 rows are waiting already (limit max_queue)");
  EXPECT_EQ(queue.counts().refused, 1U);
}

TEST_F(FunctionQueueTest, ALostRequestIsTriedOnceMoreAloneAndThenIs502) {
  send({1});
  send({2});
  queue.flush();
  backend.lose_first();
  queue.flush();
  ASSERT_EQ(backend.running.size(), 1U);
  EXPECT_EQ(backend.running[0].rows, 1);
  EXPECT_TRUE(backend.running[0].alone);
  backend.lose_first();
  queue.flush();
  backend.answer_first();
  EXPECT_EQ(answers[0], "11 two instances ended while they had this request: killed by signal 9");
  EXPECT_EQ(answers[1], "3;");
  EXPECT_EQ(queue.counts().retried, 2U);
  EXPECT_EQ(queue.counts().lost, 1U);
}

TEST_F(FunctionQueueTest, ARefusedRunIsRepeatedAloneSoThatOnlyTheGuiltySeeTheRefusal) {
  send({1});
  send({99});
  send({3});
  queue.flush();
  ASSERT_EQ(backend.running.size(), 1U);
  backend.refuse_first(Code::invalid_argument);
  queue.flush();
  EXPECT_EQ(answers, (std::vector<std::string>{"", "", ""}));
  ASSERT_EQ(backend.running.size(), 1U);
  EXPECT_EQ(backend.running[0].rows, 1);
  backend.answer_first();
  queue.flush();
  backend.refuse_first(Code::invalid_argument);
  queue.flush();
  backend.answer_first();
  EXPECT_EQ(answers, (std::vector<std::string>{"2;", "0 index 99 is out of bounds", "4;"}));
  EXPECT_EQ(queue.counts().split, 1U);
  EXPECT_EQ(queue.counts().retried, 0U);
}

TEST_F(FunctionQueueTest, ABackEndThatIsGoneIsNotAskedAgainForEachRequest) {
  send({1});
  send({2});
  queue.flush();
  backend.refuse_first(Code::unavailable);
  EXPECT_EQ(answers[1], "12 index 99 is out of bounds");
  EXPECT_EQ(queue.counts().split, 0U);
}

TEST_F(FunctionQueueTest, ABatchThatHadNotBegunIsNoRetry) {
  send({1});
  queue.flush();
  for (int i = 0; i < 5; ++i) {
    backend.lose_first(false);
    queue.flush();
  }
  backend.answer_first();
  EXPECT_EQ(answers[0], "2;");
  EXPECT_EQ(queue.counts().retried, 0U);
}

TEST_F(FunctionQueueTest, InstancesThatDieWithoutBeginningAreNotBelievedForEver) {
  send({1});
  send({2});
  queue.flush();
  for (int i = 0; i < 10; ++i) {
    backend.lose_first(false);
    EXPECT_EQ(answers[0], "");
    queue.flush();
  }
  backend.lose_first(false);
  EXPECT_EQ(answers[0],
            "11 11 instances ended before they began with this request: killed by signal 9");
  EXPECT_EQ(answers[1], answers[0]) << "they shared every run";
  EXPECT_EQ(queue.counts().retried, 0U);
  EXPECT_EQ(queue.counts().lost, 2U);
  EXPECT_EQ(queue.open_requests(), 0U);
}

TEST_F(FunctionQueueTest, DeadlinesEndWaitingAndRunningRequests) {
  send({1}, seconds(1));
  queue.flush();
  send({2}, seconds(2));
  loop.advance(milliseconds(1100));
  EXPECT_EQ(answers[0], "13 no answer within 1000 ms");
  EXPECT_EQ(answers[1], "");
  loop.advance(seconds(1));
  EXPECT_EQ(answers[1], "13 no answer within 2000 ms");
  EXPECT_EQ(queue.waiting_rows(), 0U);
  backend.answer_first();  // late: thrown away
  queue.flush();
  EXPECT_EQ(backend.submitted, 1U);
  EXPECT_EQ(queue.counts().expired, 2U);
}

TEST_F(FunctionQueueTest, LateIsLateAlsoWhileARunHoldsTheTimersUp) {
  send({1}, seconds(1));
  queue.flush();
  send({2}, seconds(2));
  loop.block(seconds(3));
  backend.answer_first();
  EXPECT_EQ(answers[0], "13 no answer within 1000 ms");
  queue.flush();
  EXPECT_EQ(answers[1], "13 no answer within 2000 ms");
  EXPECT_EQ(backend.submitted, 1U);
}

TEST_F(FunctionQueueTest, ACallerWhoLeftIsNotAnsweredAndItsRowNotRun) {
  backend.room = 0;
  send({1});
  send({2});
  queue.cancel(tickets[0]);
  queue.cancel(tickets[0]);
  EXPECT_EQ(queue.waiting_rows(), 1U);
  backend.room = 1;
  queue.flush();
  ASSERT_EQ(backend.running.size(), 1U);
  EXPECT_EQ(backend.running[0].rows, 1);
  backend.answer_first();
  EXPECT_EQ(answers, (std::vector<std::string>{"", "3;"}));
}

TEST_F(FunctionQueueTest, ABackEndThatCannotStartIsToldAtOnce) {
  backend.sick = "template failed: no such file";
  send({1});
  EXPECT_EQ(answers[0], "12 template failed: no such file");
}

TEST_F(FunctionQueueTest, TellsOfRequestsThatBeginToWaitTriedAgainOnesIncluded) {
  std::size_t told = 0;
  queue.on_waiting([&] { ++told; });
  send({1});
  EXPECT_EQ(told, 1U);
  queue.flush();
  backend.lose_first();
  EXPECT_EQ(told, 2U);
}

TEST_F(FunctionQueueTest, TellsOfEachRunOnce) {
  std::vector<std::int64_t> rows;
  queue.on_run([&](const QueueRun& run) { rows.push_back(run.rows); });
  backend.room = 0;
  send({1});
  send({2, 3});
  backend.room = 1;
  queue.flush();
  backend.answer_first();
  EXPECT_EQ(rows, (std::vector<std::int64_t>{3}));
}

TEST_F(FunctionQueueTest, WhatIsNeitherStartNorRunWasWaiting) {
  nanoseconds queue_time{0};
  nanoseconds start_time{0};
  queue.submit(request_of({1}), loop.now(), loop.now() + seconds(60),
               [&](const InferRequest&, const Result<InferResponse>& response) {
                 queue_time = response->timing.queue;
                 start_time = response->timing.start;
               });
  queue.flush();
  loop.advance(milliseconds(10));
  backend.outcome_timing.run = milliseconds(3);
  backend.outcome_start = milliseconds(2);
  backend.answer_first();
  EXPECT_EQ(start_time, milliseconds(2));
  EXPECT_EQ(queue_time, milliseconds(5));
}

TEST_F(FunctionQueueTest, ABatchHasTheLatestDeadlineOfItsRequests) {
  backend.room = 0;
  send({1}, seconds(5));
  send({2}, seconds(9));
  send({3}, seconds(7));
  backend.room = 1;
  queue.flush();
  EXPECT_EQ(backend.running.at(0).deadline, loop.now() + seconds(9));
}

TEST_F(FunctionQueueTest, FailAllAnswersEverything) {
  send({1});
  queue.flush();
  send({2});
  queue.fail_all(Error{Code::unavailable, "unloaded", {}});
  EXPECT_EQ(answers, (std::vector<std::string>{"12 unloaded", "12 unloaded"}));
  backend.answer_first();
  EXPECT_EQ(queue.open_requests(), 0U);
}

}  // namespace
}  // namespace glowplug::front
