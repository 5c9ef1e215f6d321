#include "model/event.h"

#include <gtest/gtest.h>

namespace glowplug {
namespace {

std::vector<std::optional<TensorView>> views_of(const InferRequest& request) {
  std::vector<std::optional<TensorView>> views;
  for (const InferInput& input : request.inputs)
    views.emplace_back(TensorView{Datatype::bytes, input.shape, input.bytes});
  return views;
}

TEST(Event, CrossesAsRows) {
  const std::string body("\x00\xff picture", 10);
  const InferRequest request = request_of({"image/png", body, R"({"request_id":"1"})"});
  EXPECT_EQ(request.kind, RequestKind::event);
  EXPECT_EQ(request.rows, 1);
  const auto views = views_of(request);
  const auto events = events_in(views);
  ASSERT_TRUE(events);
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().content_type, "image/png");
  EXPECT_EQ(events->front().body, body);
  EXPECT_EQ(events->front().context, R"({"request_id":"1"})");
}

TEST(Event, SurvivesAMoveOfItsRequest) {
  InferRequest request = request_of({"text/plain", "short", {}});
  const InferRequest moved = std::move(request);
  const auto views = views_of(moved);
  EXPECT_EQ(events_in(views)->front().body, "short");
}

TEST(Event, AnswersComeBackAsTheyWere) {
  const std::vector<EventAnswer> answers = {{200, "text/csv", "a,b\n", "[]"},
                                            {400, "application/json", "", ""}};
  const auto read = answers_in(tensors_of(answers));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(0).content_type, "text/csv");
  EXPECT_EQ(read->at(0).body, "a,b\n");
  EXPECT_EQ(read->at(0).trace, "[]");
  EXPECT_EQ(read->at(1).status, 400);
  EXPECT_EQ(read->at(1).body, "");
}

TEST(Event, WhatIsNoAnswerIsRefused) {
  EXPECT_EQ(answers_in({}).error().code, Code::internal);
  auto outputs = tensors_of({{200, "a", "b", ""}});
  outputs[0].bytes.pop_back();
  EXPECT_FALSE(answers_in(outputs));
  outputs = tensors_of({{200, "a", "b", ""}});
  outputs[2].bytes[0] = std::byte{9};
  EXPECT_FALSE(answers_in(outputs));
}

TEST(Event, InputsOfOtherLengthsAreRefused) {
  const InferRequest request = request_of({"image/png", "x", {}});
  auto views = views_of(request);
  const Shape two{2};
  views[1]->shape = two;
  EXPECT_FALSE(events_in(views));
  views.pop_back();
  EXPECT_FALSE(events_in(views));
}

}  // namespace
}  // namespace glowplug
