#include "instances/runner.h"

#include <gtest/gtest.h>

#include <cstring>

namespace glowplug::instances {
namespace {

std::unique_ptr<RunnerFactory> factory(Duration run_timeout = seconds(60)) {
  RunnerOptions options;
  options.handler_program = GLOWPLUG_FAKE_TEMPLATE;
  options.ring = {4096, 4096};
  options.run_timeout = run_timeout;
  return make_child_runner_factory(options);
}

/// The fake template reads its behavior from the model's name.
ModelSource model(const std::string& behavior) {
  return {.model = "/fake/," + behavior, .engine = "none", .prepared = false};
}

std::vector<std::optional<Tensor>> input(float value) {
  Tensor tensor{Datatype::fp32, {1, 1}, std::vector<std::byte>(sizeof value)};
  std::memcpy(tensor.bytes.data(), &value, sizeof value);
  return {tensor};
}

float number(const Result<std::vector<Tensor>>& outputs) {
  float value = 0;
  if (outputs) std::memcpy(&value, outputs->at(0).bytes.data(), sizeof value);
  return value;
}

TEST(ChildRunner, RunsAModelInAChild) {
  const auto runner = factory()->open(model(""));
  ASSERT_TRUE(runner) << runner.error().message;
  EXPECT_EQ((*runner)->signature().inputs.at(0).name, "x");
  EXPECT_EQ(number((*runner)->run(input(1))), 2);
  EXPECT_EQ(number((*runner)->run(input(5))), 6);
}

TEST(ChildRunner, SaysWhatTheTemplateSays) {
  const auto runner = factory()->open(model("refuse"));
  ASSERT_FALSE(runner);
  EXPECT_EQ(runner.error().code, Code::invalid_argument);
  EXPECT_EQ(runner.error().message, "this is not a model");
  EXPECT_EQ(runner.error().fix, "export it");
}

TEST(ChildRunner, SaysHowALoadingChildDied) {
  const auto runner = factory()->open(model("die_loading"));
  ASSERT_FALSE(runner);
  EXPECT_EQ(runner.error().code, Code::instance_lost);
  EXPECT_NE(runner.error().message.find("exited with code 7"), std::string::npos)
      << runner.error().message;
}

TEST(ChildRunner, SurvivesACrashOfTheModel) {
  const auto runner = factory()->open(model("crash_on=13"));
  ASSERT_TRUE(runner);
  const auto lost = (*runner)->run(input(13));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Code::instance_lost);
  EXPECT_NE(lost.error().message.find("signal 11"), std::string::npos) << lost.error().message;
  EXPECT_EQ(number((*runner)->run(input(1))), 2);
}

TEST(ChildRunner, EndsARunThatTakesTooLong) {
  const auto runner = factory(milliseconds(100))->open(model("hang_on=7"));
  ASSERT_TRUE(runner);
  const auto late = (*runner)->run(input(7));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::deadline_exceeded);
  EXPECT_EQ(number((*runner)->run(input(1))), 2);
}

TEST(ChildRunner, DoesNotBelieveAHostileReply) {
  const auto runner = factory()->open(model("hostile_on=5"));
  ASSERT_TRUE(runner);
  EXPECT_EQ((*runner)->run(input(5)).error().code, Code::instance_lost);
  EXPECT_EQ(number((*runner)->run(input(1))), 2);
}

TEST(ChildRunner, WantsAllInputs) {
  const auto runner = factory()->open(model(""));
  ASSERT_TRUE(runner);
  const auto refused = (*runner)->run({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
}

TEST(ChildRunner, SaysThatTheHandlerIsMissing) {
  RunnerOptions options;
  options.handler_program = "/no/such/handler";
  const auto runner = make_child_runner_factory(options)->open(model(""));
  ASSERT_FALSE(runner);
  EXPECT_EQ(runner.error().code, Code::not_found);
  EXPECT_NE(runner.error().fix.find("GLOWPLUG_HANDLER"), std::string::npos);
}

}  // namespace
}  // namespace glowplug::instances
