#include "bundle/event_sample.h"

#include <gtest/gtest.h>

namespace glowplug::bundle {
namespace {

TEST(EventSample, ReadsBackWhatItWrote) {
  const EventSample sample{"image/png", std::string("\x89PNG\0", 5)};
  const auto back = event_sample_from_json(to_json(sample));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->content_type, sample.content_type);
  EXPECT_EQ(back->body, sample.body);
  Json broken = to_json(sample);
  broken["event"]["base64"] = "!";
  EXPECT_FALSE(event_sample_from_json(broken));
  broken["event"].erase("base64");
  EXPECT_FALSE(event_sample_from_json(broken));
}

TEST(EventSample, AnswersAreTheSameUpToRounding) {
  EXPECT_TRUE(same_answer(R"({"p":[{"label":"a","score":0.70001}]})",
                          R"({"p":[{"score":0.7,"label":"a"}]})"));
  EXPECT_FALSE(
      same_answer(R"({"p":[{"label":"a","score":0.7}]})", R"({"p":[{"label":"b","score":0.7}]})"));
  EXPECT_FALSE(same_answer("[1, 2]", "[1, 2.1]"));
  EXPECT_FALSE(same_answer("[1, 2]", "[1]"));
  EXPECT_FALSE(same_answer("[1]", "[\"1\"]"));
  EXPECT_TRUE(same_answer("[1e-7, 1000000]", "[2e-7, 1000001]"));
  EXPECT_TRUE(same_answer("a,b", "a,b"));
  EXPECT_FALSE(same_answer("a,b", "a,c"));
}

}  // namespace
}  // namespace glowplug::bundle
