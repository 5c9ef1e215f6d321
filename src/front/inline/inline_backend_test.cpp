#include "front/inline/inline_backend.h"

#include <gtest/gtest.h>

#include <cstring>

#include "front/testing/hand_loop.h"

namespace glowplug::front {
namespace {

/// Gives its input back; refuses a batch that holds a negative number.
class Identity final : public engine::Session {
 public:
  Identity() {
    signature_.inputs = {{"x", Datatype::fp32, {-1, 2}, false, {}},
                         {"more", Datatype::fp32, {-1}, true, {}}};
    signature_.outputs = {{"y", Datatype::fp32, {-1, 2}, false, {}}};
    signature_.max_batch = 8;
  }
  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] Result<engine::RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                              std::span<const std::size_t> wanted,
                                              engine::OutputSink& sink) override {
    ++runs;
    EXPECT_EQ(wanted.size(), 1U);
    EXPECT_FALSE(inputs[1]);
    EXPECT_TRUE(check_tensor(*inputs[0]));
    float first = 0;
    std::memcpy(&first, inputs[0]->bytes.data(), sizeof first);
    if (first < 0) return Error{Code::invalid_argument, "negative", {}};
    GLOWPLUG_ASSIGN(auto room,
                    sink.output(0, Datatype::fp32, inputs[0]->shape, inputs[0]->bytes.size()));
    std::memcpy(room.data(), inputs[0]->bytes.data(), room.size());
    return engine::RunReport{1, 2, 3};
  }
  int runs = 0;

 private:
  Signature signature_;
};

InferRequest request_of(const std::vector<float>& values) {
  InferRequest request;
  const auto bytes = std::as_bytes(std::span(values));
  request.decoded.emplace_back(bytes.begin(), bytes.end());
  request.rows = static_cast<std::int64_t>(values.size()) / 2;
  request.inputs.push_back({true, {request.rows, 2}, request.decoded.back()});
  request.inputs.push_back({});
  return request;
}

class InlineBackendTest : public ::testing::Test {
 protected:
  Batch batch_of(const std::vector<const InferRequest*>& requests) {
    Batch batch;
    for (const InferRequest* request : requests) {
      batch.items.push_back({request});
      batch.rows += request->rows;
    }
    batch.wanted = {0};
    batch.done = [this](Batch::Outcome outcome) { outcome_ = std::move(outcome); };
    return batch;
  }
  testing::HandLoop loop_;
  Identity session_;
  InlineBackend backend_{loop_, session_, session_.signature()};
  std::optional<Batch::Outcome> outcome_;
};

TEST_F(InlineBackendTest, RunsAfterThePassAndThenTakesTheNext) {
  int room = 0;
  backend_.on_room([&room] { ++room; });
  const InferRequest request = request_of({1, 2});
  EXPECT_EQ(backend_.free_batches(), 1U);
  backend_.submit(batch_of({&request}));
  EXPECT_EQ(backend_.free_batches(), 0U);
  EXPECT_FALSE(outcome_) << "never from inside submit";
  loop_.run_posted();
  ASSERT_TRUE(outcome_ && outcome_->outputs);
  EXPECT_EQ(outcome_->outputs->at(0).shape, (Shape{1, 2}));
  EXPECT_EQ(outcome_->timing.run, nanoseconds(2));
  EXPECT_FALSE(outcome_->cold);
  EXPECT_EQ(backend_.free_batches(), 1U);
  EXPECT_EQ(room, 1);
}

TEST_F(InlineBackendTest, PutsTheRowsOfSeveralRequestsOneAfterTheOther) {
  const InferRequest first = request_of({1, 2});
  const InferRequest second = request_of({3, 4, 5, 6});
  backend_.submit(batch_of({&first, &second}));
  loop_.run_posted();
  ASSERT_TRUE(outcome_ && outcome_->outputs);
  const Tensor& output = outcome_->outputs->at(0);
  EXPECT_EQ(output.shape, (Shape{3, 2}));
  std::vector<float> values(6);
  std::memcpy(values.data(), output.bytes.data(), output.bytes.size());
  EXPECT_EQ(values, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(session_.runs, 1);
}

TEST_F(InlineBackendTest, PassesTheEnginesErrorOn) {
  const InferRequest request = request_of({-1, 2});
  backend_.submit(batch_of({&request}));
  loop_.run_posted();
  ASSERT_TRUE(outcome_);
  ASSERT_FALSE(outcome_->outputs);
  EXPECT_EQ(outcome_->outputs.error().message, "negative");
}

TEST_F(InlineBackendTest, RunsNothingOnceItIsGone) {
  const InferRequest request = request_of({1, 2});
  {
    InlineBackend gone(loop_, session_, session_.signature());
    gone.submit(batch_of({&request}));
  }
  loop_.run_posted();
  EXPECT_FALSE(outcome_);
  EXPECT_EQ(session_.runs, 0);
}

}  // namespace
}  // namespace glowplug::front
