// The pool, the runner and the real glowplug-handler with ONNX Runtime together.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "base/file.h"
#include "base/installation.h"
#include "base/testing/kill_process.h"
#include "instances/runner.h"
#include "instances/testing/pool_world.h"
#include "instances/user_range.h"

namespace glowplug::instances {
namespace {

using testing::children_of;
using testing::PoolWorld;

/// tests/models/slow.onnx: y = x, after max(x) rounds of some 100 us each.
PoolOptions slow_model(const FunctionSettings& settings) {
  PoolOptions options;
  options.function = "slow";
  options.version = "1";
  options.settings = settings;
  options.handler_program = GLOWPLUG_HANDLER_PROGRAM;
  options.spec.bundle = GLOWPLUG_TEST_MODELS;
  options.spec.engine = "onnxruntime";
  options.spec.engine_library = engine_library_path();
  options.spec.model = std::string(GLOWPLUG_TEST_MODELS) + "/slow.onnx";
  // Where the tests run as root, the engine runs as a user of its own, as in a gateway.
  UserRange users;
  if (users.usable()) options.spec.run_as = *users.user_for(options.function);
  return options;
}

FunctionSettings settings(std::uint32_t most, Duration idle) {
  FunctionSettings given;
  given.max_instances = most;
  given.idle_timeout = idle;
  return given;
}

class HandlerPool : public ::testing::Test {
 protected:
  void make(const FunctionSettings& given) {
    world_ = std::make_unique<PoolWorld>(slow_model(given), CgroupHost::detect({}),
                                         std::uint64_t{1} << 30);
  }
  [[nodiscard]] PoolWorld& world() const { return *world_; }
  std::unique_ptr<PoolWorld> world_;
};

TEST_F(HandlerPool, AnswersColdAndWarm) {
  make(settings(2, seconds(60)));
  const auto cold = world().ask(3);
  ASSERT_TRUE(cold->good()) << cold->error().message << " " << cold->error().fix;
  EXPECT_EQ(cold->value(), 3);
  EXPECT_TRUE((*cold->result)->timing.cold);
  ASSERT_EQ(world().template_starts.size(), 1U);
  EXPECT_GT(world().template_starts[0].engine, nanoseconds(0));
  EXPECT_GT(world().template_starts[0].model, nanoseconds(0));
  EXPECT_EQ(world().ask(4)->value(), 4);
}

TEST_F(HandlerPool, RunsAsAUserOfItsOwnInItsCgroup) {
  make(settings(1, seconds(60)));
  ASSERT_TRUE(world().ask(1)->good());
  const std::vector<pid_t> pids = PoolWorld::instance_pids();
  ASSERT_EQ(pids.size(), 1U);
  const auto status = read_file("/proc/" + std::to_string(pids[0]) + "/status");
  ASSERT_TRUE(status);
  EXPECT_EQ(status->find("\nUid:\t64") != std::string::npos, UserRange().usable()) << *status;
  EXPECT_NE(status->find("\nNoNewPrivs:\t1"), std::string::npos) << *status;
  const auto group = read_file("/proc/" + std::to_string(pids[0]) + "/cgroup");
  ASSERT_TRUE(group);
  EXPECT_EQ(group->find("glowplug-") != std::string::npos,
            world().cgroups.kind() != CgroupKind::none)
      << *group;
}

TEST_F(HandlerPool, SleepsAndWakesAgainAndAgain) {
  make(settings(2, milliseconds(20)));
  for (int i = 0; i < 20; ++i) {
    const auto answer = world().ask(static_cast<float>(i));
    ASSERT_TRUE(answer->good()) << answer->error().message;
    ASSERT_TRUE(world().run_until([&] { return world().states() == InstancesByState{}; }));
    EXPECT_TRUE(PoolWorld::instance_pids().empty());
  }
  EXPECT_EQ(world().counts().cold_starts, 20U);
  EXPECT_EQ(world().counts().templates_started, 1U);
}

TEST_F(HandlerPool, KeepsAnsweringWhileItsProcessesAreKilled) {
  make(settings(3, milliseconds(200)));
  std::vector<PoolWorld::AnswerPtr> open;
  int answered = 0;
  int kills = 0;
  unsigned random = 99;
  std::string failure;
  ASSERT_TRUE(world().run_until([&] {
    while (open.size() < 16) open.push_back(world().send(static_cast<float>(answered % 30)));
    std::erase_if(open, [&](const auto& one) {
      if (one->arrived() && !one->good()) failure = one->error().message;
      answered += one->arrived() ? 1 : 0;
      return one->arrived();
    });
    random = random * 1664525 + 1013904223;
    const pid_t parent = PoolWorld::template_pid();
    if (random % 16 == 0 && parent != 0) {
      std::vector<pid_t> victims = children_of(parent);
      if (random % 128 == 0) victims = {parent};
      if (!victims.empty()) {
        kill_process(victims[(random >> 16) % victims.size()]);
        ++kills;
      }
    }
    return !failure.empty() || (kills >= 30 && answered >= 500);
  })) << answered
      << " answered, " << kills << " kills";
  EXPECT_TRUE(failure.empty() || failure.find("two instances ended") != std::string::npos)
      << failure;
}

TEST_F(HandlerPool, TellsWhyAModelDoesNotLoad) {
  PoolOptions options = slow_model(settings(1, seconds(60)));
  options.spec.model = std::string(GLOWPLUG_TEST_MODELS) + "/not_a_model.onnx";
  world_ = std::make_unique<PoolWorld>(std::move(options), CgroupHost::none("a test"), 0);
  const auto answer = world().ask(1);
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("not_a_model.onnx"), std::string::npos)
      << answer->error().message;
}

TEST_F(HandlerPool, TellsThatTheEngineIsMissing) {
  PoolOptions options = slow_model(settings(1, seconds(60)));
  options.spec.engine_library = "/no/such/library.so";
  world_ = std::make_unique<PoolWorld>(std::move(options), CgroupHost::none("a test"), 0);
  const auto answer = world().ask(1);
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("/no/such/library.so"), std::string::npos)
      << answer->error().message;
  EXPECT_FALSE(answer->error().fix.empty());
}

// --- the runner ---------------------------------------------------------------------------------

std::unique_ptr<RunnerFactory> factory() {
  RunnerOptions options;
  options.handler_program = GLOWPLUG_HANDLER_PROGRAM;
  options.engine_library = engine_library_path();
  UserRange users;
  if (users.usable()) options.run_as = *users.user_for("runner");
  return make_child_runner_factory(options);
}

ModelSource model(const std::string& name) {
  return {.model = std::filesystem::path(GLOWPLUG_TEST_MODELS) / name};
}

TEST(HandlerRunner, RunsAModel) {
  const auto runner = factory()->open(model("iris.onnx"));
  ASSERT_TRUE(runner) << runner.error().message;
  EXPECT_EQ((*runner)->signature().describe(),
            "features FP32[-1,4] -> label BYTES[-1], probabilities FP32[-1,3]");
  const Tensor flowers{Datatype::fp32, {2, 4}, std::vector<std::byte>(32)};
  const std::vector<std::optional<Tensor>> inputs{flowers};
  const auto outputs = (*runner)->run(inputs);
  ASSERT_TRUE(outputs) << outputs.error().message;
  ASSERT_EQ(outputs->size(), 2U);
  EXPECT_EQ((*outputs)[0].shape, (Shape{2}));
  EXPECT_EQ((*outputs)[1].shape, (Shape{2, 3}));
}

TEST(HandlerRunner, GivesTheEnginesText) {
  const auto runner = factory()->open(model("lookup.onnx"));
  ASSERT_TRUE(runner) << runner.error().message;
  const Tensor index{Datatype::int64, {1}, std::vector<std::byte>(8, std::byte{9})};
  const std::vector<std::optional<Tensor>> inputs{index};
  const auto outputs = (*runner)->run(inputs);
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().code, Code::invalid_argument) << outputs.error().message;
}

TEST(HandlerRunner, MakesAPreparedFormThatAnswersTheSame) {
  const auto folder = TemporaryFolder::create("/tmp");
  ASSERT_TRUE(folder);
  std::filesystem::permissions(folder->path(), std::filesystem::perms(0755));
  const std::filesystem::path into = folder->path() / "prepared";
  std::filesystem::create_directory(into);
  const auto name = factory()->prepare(model("digits.onnx"), into);
  ASSERT_TRUE(name) << name.error().message;
  ASSERT_TRUE(std::filesystem::exists(into / *name));
  const auto portable = factory()->open(model("digits.onnx"));
  const auto prepared = factory()->open({.model = into / *name, .prepared = true});
  ASSERT_TRUE(portable);
  ASSERT_TRUE(prepared) << prepared.error().message;
  const Tensor image{
      Datatype::fp32, {1, 1, 28, 28}, std::vector<std::byte>(std::size_t{4} * 28 * 28)};
  const std::vector<std::optional<Tensor>> inputs{image};
  const auto one = (*portable)->run(inputs);
  const auto other = (*prepared)->run(inputs);
  ASSERT_TRUE(one && other);
  EXPECT_EQ(one->at(0).bytes.size(), other->at(0).bytes.size());
}

}  // namespace
}  // namespace glowplug::instances
