#include "instances/pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "base/testing/kill_process.h"
#include "instances/memory_use.h"
#include "instances/testing/pool_world.h"

namespace glowplug::instances {
namespace {

using testing::children_of;
using testing::PoolWorld;

FunctionSettings settings(std::uint32_t most, Duration idle = seconds(60)) {
  FunctionSettings given;
  given.max_instances = most;
  given.idle_timeout = idle;
  return given;
}

/// The template's word of a fork may come after the instance's first answer.
bool forks_become(PoolWorld& world, std::uint64_t count) {
  return world.run_until([&] { return world.counts().forks == count; });
}

TEST(Pool, StartsNothingWithoutARequest) {
  PoolWorld world("", settings(2));
  EXPECT_EQ(world.template_pid(), 0);
  EXPECT_EQ(world.pool->free_batches(), 1U);
  EXPECT_TRUE(world.pool->health());
}

TEST(Pool, AnswersTheFirstRequestThroughTemplateAndInstance) {
  PoolWorld world("", settings(2));
  const auto answer = world.ask(41);
  ASSERT_TRUE(answer->good()) << answer->error().message;
  EXPECT_EQ(answer->value(), 42);
  EXPECT_TRUE((*answer->result)->timing.cold);
  EXPECT_GT((*answer->result)->timing.start, Duration(0));
  EXPECT_EQ(world.counts().cold_starts, 1U);
  ASSERT_EQ(world.cold_starts.size(), 1U);
  EXPECT_TRUE(world.cold_starts[0].after_template.has_value());
  EXPECT_EQ(world.states(), (InstancesByState{.idle = 1}));
}

TEST(Pool, AnswersTheSecondOneWarm) {
  PoolWorld world("", settings(2));
  ASSERT_TRUE(world.ask(1)->good());
  const auto answer = world.ask(2);
  ASSERT_TRUE(answer->good());
  EXPECT_FALSE((*answer->result)->timing.cold);
  EXPECT_TRUE(forks_become(world, 1));
}

TEST(Pool, SleepsAfterTheIdleTimeoutAndWakesFromItsTemplate) {
  PoolWorld world("", settings(2, seconds(10)));
  ASSERT_TRUE(world.ask(1)->good());
  world.loop.advance(seconds(9));
  world.loop.step();
  EXPECT_EQ(world.states(), (InstancesByState{.idle = 1}));
  world.loop.advance(seconds(1));
  ASSERT_TRUE(world.run_until([&] { return world.counts().instances_left == 1; }));
  EXPECT_EQ(world.states(), InstancesByState{});
  EXPECT_TRUE(PoolWorld::instance_pids().empty());
  ASSERT_TRUE(world.ask(2)->good());
  EXPECT_EQ(world.counts().templates_started, 1U);
  EXPECT_EQ(world.counts().cold_starts, 2U);
  EXPECT_FALSE(world.cold_starts[1].after_template.has_value());
}

TEST(Pool, AChildForkedAheadIsNoInstance) {
  PoolWorld world("ahead", settings(2));
  world.pool->warm();
  ASSERT_TRUE(world.run_until([&] { return world.pool->snapshot().forked_ahead; }));
  EXPECT_EQ(world.states(), InstancesByState{});
  EXPECT_EQ(world.counts().forks, 0U);
  ASSERT_TRUE(world.ask(1)->good());
  EXPECT_FALSE(world.pool->snapshot().forked_ahead) << "an instance was forked since";
}

TEST(Pool, ForksAheadWithOnnxRuntimeOrAsItIsTold) {
  FunctionSettings given;
  EXPECT_TRUE(forks_ahead(given, "onnxruntime"));
  EXPECT_FALSE(forks_ahead(given, "python"));
  given.fork_ahead = ForkAhead::on;
  EXPECT_TRUE(forks_ahead(given, "python"));
  given.fork_ahead = ForkAhead::off;
  EXPECT_FALSE(forks_ahead(given, "onnxruntime"));
}

TEST(MemoryUse, OfAChildIsNotThatOfAnyProcess) {
  EXPECT_GT(pss_of_child(::getpid(), ::getppid()), 0U);
  EXPECT_EQ(pss_of_child(::getpid(), 1 + ::getppid()), 0U);
  EXPECT_EQ(pss_of_child(0, ::getpid()), 0U);
}

TEST(Pool, KillsAnIdleInstanceThatDoesNotLeave) {
  PoolWorld world("stay", settings(1, seconds(10)));
  ASSERT_TRUE(world.ask(1)->good());
  world.loop.advance(seconds(10));
  ASSERT_TRUE(world.run_until([&] { return world.instance_pids().empty(); }));
  ASSERT_TRUE(world.run_until([&] { return world.counts().instances_left == 1; }));
  EXPECT_TRUE(world.ask(2)->good());
}

TEST(Pool, KeepsMinInstancesWithoutARequest) {
  FunctionSettings given = settings(4, milliseconds(10));
  given.min_instances = 2;
  PoolWorld world("", given);
  ASSERT_TRUE(world.run_until([&] { return world.states().parked == 2; }));
  world.loop.advance(seconds(5));
  for (int i = 0; i < 5; ++i) world.loop.step();
  EXPECT_EQ(world.states().parked, 2U);
}

TEST(Pool, KeepsInstancesInTheHoursOfItsSchedule) {
  // Monday, 5 January 1970, 08:59 UTC.
  std::chrono::system_clock::time_point wall{std::chrono::hours(4 * 24 + 8) +
                                             std::chrono::minutes(59)};
  FunctionSettings given = settings(4, seconds(10));
  given.keep_warm = *scale::parse_keep_warm("mon-fri 09:00-17:00 x2 UTC");
  PoolOptions options = PoolWorld::fake("", given);
  options.wall_clock = [&wall] { return wall; };
  PoolWorld world(std::move(options), CgroupHost::none("a test"), 1 << 30);
  const auto move_on = [&](Duration by) {
    wall += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
    world.loop.advance(by);
  };
  world.loop.step();
  EXPECT_EQ(world.states(), InstancesByState{});
  move_on(std::chrono::minutes(1));
  ASSERT_TRUE(world.run_until([&] { return world.states().parked == 2; }));
  move_on(std::chrono::hours(3));
  ASSERT_TRUE(world.ask(1)->good());
  EXPECT_EQ(world.states().idle + world.states().parked, 2U);
  EXPECT_TRUE(forks_become(world, 2));
  move_on(std::chrono::hours(5));  // 17:00
  ASSERT_TRUE(world.run_until([&] { return world.states() == InstancesByState{}; }));
}

TEST(Pool, ReplacesAMinInstanceThatDied) {
  FunctionSettings given = settings(4);
  given.min_instances = 1;
  PoolWorld world("", given);
  ASSERT_TRUE(world.ask(1)->good());
  ASSERT_EQ(world.instance_pids().size(), 1U);
  kill_process(world.instance_pids().front());
  ASSERT_TRUE(world.run_until([&] { return world.states().parked == 1; }));
  EXPECT_EQ(world.counts().instances_crashed, 1U);
}

TEST(Pool, ParksInstancesAheadWhileInUse) {
  FunctionSettings given = settings(4, seconds(10));
  given.parked = 2;
  PoolWorld world("", given);
  ASSERT_TRUE(world.ask(1)->good());
  ASSERT_TRUE(world.run_until([&] { return world.states().parked + world.states().idle >= 2; }));
  world.loop.advance(seconds(11));
  ASSERT_TRUE(world.run_until([&] { return world.instance_pids().empty(); }));
}

TEST(Pool, GivesLongRunsInstancesOfTheirOwn) {
  PoolWorld world("run_ms=60", settings(3));
  ASSERT_TRUE(world.ask(0)->good());
  std::vector<PoolWorld::AnswerPtr> answers;
  for (int i = 0; i < 3; ++i) answers.push_back(world.send(static_cast<float>(i)));
  ASSERT_TRUE(world.run_until([&] { return world.states().busy == 3; }));
  for (const auto& answer : answers) ASSERT_TRUE(world.wait(answer) && answer->good());
  EXPECT_TRUE(forks_become(world, 3));
}

TEST(Pool, StartsAnotherForWhatWaitsLongerThanAStartThoughNothingHappens) {
  PoolWorld world("hang_on=7", settings(2));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(world.ask(0)->good());  // runs are short, it learns
  const auto hangs = world.send(7);
  const auto behind = world.send(1);
  const auto waits = world.send(2);
  // The loop alone: nobody looks at the queue again, as world.run_until would. The pool's next look
  // for another reason is that after forks, 10 seconds after the first one.
  const Time long_before_that = world.loop.now() + seconds(5);
  ASSERT_TRUE(world.loop.run_until(
      [&] { return waits->arrived() || world.loop.now() > long_before_that; }));
  EXPECT_TRUE(waits->good());
  EXPECT_FALSE(hangs->arrived() || behind->arrived());
  EXPECT_TRUE(forks_become(world, 2));
}

TEST(Pool, NeverHasMoreThanMaxInstances) {
  PoolWorld world("run_ms=20", settings(2));
  std::vector<PoolWorld::AnswerPtr> answers;
  for (int i = 0; i < 60; ++i) answers.push_back(world.send(static_cast<float>(i)));
  std::uint32_t most = 0;
  ASSERT_TRUE(world.run_until([&] {
    const InstancesByState now = world.states();
    most = std::max(most, now.starting + now.parked + now.idle + now.busy);
    return std::all_of(answers.begin(), answers.end(), [](const auto& one) { return one->good(); });
  }));
  EXPECT_EQ(most, 2U);
}

TEST(Pool, RefusesWhatTheRingCannotHold) {
  PoolWorld world("", settings(1));
  InferRequest request;
  request.rows = 2000;
  request.decoded.emplace_back(8000);
  request.inputs.push_back({true, {2000, 1}, request.decoded.back()});
  request.outputs.push_back({0, false, 0});
  std::optional<Error> error;
  world.queue->submit(std::move(request), world.loop.now(), world.loop.now() + seconds(50),
                      [&](const InferRequest&, Result<InferResponse> result) {
                        if (!result) error = result.error();
                      });
  ASSERT_TRUE(world.run_until([&] { return error.has_value(); }));
  EXPECT_EQ(error->code, Code::too_large);
  EXPECT_TRUE(world.ask(1)->good());
}

// --- what goes wrong ----------------------------------------------------------------------------

TEST(Pool, TriesARequestOnceMoreWhenItsInstanceCrashes) {
  PoolWorld world("crash_on=13", settings(2));
  const auto answer = world.ask(13);
  EXPECT_EQ(answer->error().code, Code::instance_lost);
  EXPECT_NE(answer->error().message.find("signal 11"), std::string::npos)
      << answer->error().message;
  EXPECT_EQ(world.counts().instances_crashed, 2U);
  EXPECT_EQ(world.counts().lost_with_rows, 2U);
  EXPECT_TRUE(world.ask(1)->good());
}

TEST(Pool, AnswersTheOthersOfABatchThatHadAPoisonRow) {
  PoolWorld world("crash_on=13", settings(1));
  const auto first = world.send(1);  // wakes it
  std::vector<PoolWorld::AnswerPtr> good;
  const auto poison = world.send(13);
  for (int i = 0; i < 6; ++i) good.push_back(world.send(static_cast<float>(i)));
  ASSERT_TRUE(world.wait(poison));
  EXPECT_EQ(poison->error().code, Code::instance_lost);
  for (const auto& answer : good) {
    ASSERT_TRUE(world.wait(answer));
    EXPECT_TRUE(answer->good()) << answer->error().message;
  }
  EXPECT_TRUE(first->good());
}

TEST(Pool, KillsAnInstanceThatOverrunsAndRetriesNothingThatIsLate) {
  PoolWorld world("hang_on=7", settings(1));
  ASSERT_TRUE(world.ask(1)->good());
  const auto late = world.send(7, seconds(5));
  ASSERT_TRUE(world.run_until([&] { return world.states().busy == 1; }));
  world.loop.advance(seconds(5));
  ASSERT_TRUE(world.wait(late));
  EXPECT_EQ(late->error().code, Code::deadline_exceeded);
  world.loop.advance(seconds(1));
  ASSERT_TRUE(world.run_until([&] { return world.counts().instances_killed == 1; }));
  EXPECT_TRUE(world.ask(2)->good());
}

TEST(Pool, KillsAnInstanceThatBreaksTheRulesOfTheRing) {
  PoolWorld world("hostile_on=5", settings(1));
  ASSERT_TRUE(world.ask(1)->good());
  const auto answer = world.ask(5);
  EXPECT_EQ(answer->error().code, Code::instance_lost);
  EXPECT_EQ(world.counts().instances_killed, 2U);
  EXPECT_TRUE(world.ask(2)->good());
}

TEST(Pool, RefusesWithTheTemplatesReasonWhenItCannotLoad) {
  PoolWorld world("refuse", settings(1));
  const auto answer = world.ask(1);
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("this is not a model"), std::string::npos);
  EXPECT_EQ(answer->error().fix, "export it");
  ASSERT_FALSE(world.pool->health());
  EXPECT_EQ(world.counts().templates_failed, 1U);
  world.loop.advance(seconds(2));
  EXPECT_TRUE(world.pool->health());  // half open: the next request is the try
  EXPECT_EQ(world.ask(1)->error().code, Code::unavailable);
  EXPECT_EQ(world.counts().templates_failed, 2U);
}

TEST(Pool, OpensTheCircuitWhenTemplatesDieAgainAndAgain) {
  PoolWorld world("die_loading", settings(1));
  const auto answer = world.ask(1);
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("exited with code 7"), std::string::npos)
      << answer->error().message;
  EXPECT_EQ(world.counts().templates_failed, 5U);
}

TEST(Pool, OpensTheCircuitWhenInstancesDieBeforeTheyWork) {
  PoolWorld world("exit_at_birth", settings(1));
  const auto answer = world.ask(1);
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("before it took a request"), std::string::npos)
      << answer->error().message;
}

TEST(Pool, OpensTheCircuitWhenForkFails) {
  PoolWorld world("fork_fails", settings(1));
  EXPECT_EQ(world.ask(1)->error().code, Code::unavailable);
}

TEST(Pool, GivesUpATemplateThatNeverLoads) {
  PoolWorld world("hang_loading", settings(1));
  const auto answer = world.send(1, seconds(3000));
  ASSERT_TRUE(world.run_until([&] {
    world.loop.advance(seconds(1));
    return answer->arrived();
  }));
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("not loaded within 60 s"), std::string::npos);
}

TEST(Pool, RefusesAModelThatIsNotTheBundles) {
  PoolWorld world("other_signature", settings(1));
  const auto answer = world.ask(1);
  EXPECT_EQ(answer->error().code, Code::unavailable);
  EXPECT_NE(answer->error().message.find("its bundle says"), std::string::npos);
}

TEST(Pool, EndsATemplateThatReportsAProcessThatIsNotItsOwn) {
  PoolWorld world("lie_about_pid", settings(1));
  (void)world.ask(1);  // its instance may have answered before the lie is read
  EXPECT_TRUE(world.run_until([&] { return world.counts().templates_crashed > 0; }));
  EXPECT_EQ(world.states().idle, 0U);
}

TEST(Pool, StartsANewTemplateWhenItsTemplateIsKilled) {
  PoolWorld world("run_ms=50", settings(2));
  ASSERT_TRUE(world.ask(1)->good());
  const auto answer = world.send(2);
  ASSERT_TRUE(world.run_until([&] { return world.states().busy == 1; }));
  kill_process(world.template_pid());
  ASSERT_TRUE(world.wait(answer));
  EXPECT_TRUE(answer->good()) << answer->error().message;
  // The instance may have answered before its end; the next request needs the new template anyway.
  ASSERT_TRUE(world.run_until([&] { return world.counts().templates_crashed == 1; }));
  EXPECT_TRUE(world.ask(3)->good());
  EXPECT_EQ(world.counts().templates_started, 2U);
}

TEST(Pool, LosesNoRequestWhileInstancesAndTemplatesAreKilled) {
  PoolWorld world("run_ms=3", settings(3, milliseconds(40)));
  std::vector<PoolWorld::AnswerPtr> open;
  std::size_t answered = 0;
  std::size_t kills = 0;
  unsigned random = 12345;
  std::string failure;
  ASSERT_TRUE(world.run_until([&] {
    while (open.size() < 24) open.push_back(world.send(static_cast<float>(answered % 100)));
    std::erase_if(open, [&](const auto& one) {
      if (one->arrived() && !one->good()) failure = one->error().message;
      answered += one->arrived() ? 1 : 0;
      return one->arrived();
    });
    random = random * 1664525 + 1013904223;
    if (random % 4 == 0) {
      const pid_t parent = world.template_pid();
      std::vector<pid_t> victims = parent == 0 ? std::vector<pid_t>() : children_of(parent);
      if (random % 64 == 0 && parent != 0) victims = {parent};
      if (!victims.empty()) {
        kill_process(victims[(random >> 16) % victims.size()]);
        ++kills;
      }
    }
    // A request may be lost twice only by a second kill; then it says so.
    return !failure.empty() || (kills >= 100 && answered >= 1000);
  })) << answered
      << " answered, " << kills << " kills";
  EXPECT_TRUE(failure.empty() || failure.find("two instances ended") != std::string::npos)
      << failure;
  EXPECT_GT(world.counts().lost_with_rows, 0U);
}

/// The fake template sets no rlimits, so that only the cgroup can stop it; where this user has
/// none, nothing does.
TEST(Pool, SaysThatAnInstanceHadTooLittleMemory) {
  FunctionSettings given = settings(1);
  given.memory_bytes = std::uint64_t{48} << 20;
  PoolWorld world(PoolWorld::fake("eat_on=9", given), CgroupHost::detect({}), 1 << 30);
  const auto answer = world.ask(9);
  const bool limited = world.cgroups.kind() != CgroupKind::none;
  EXPECT_EQ(answer->good(), !limited);
  EXPECT_EQ(answer->error().message.find("out of memory") != std::string::npos, limited)
      << answer->error().message;
  EXPECT_TRUE(world.ask(1)->good());
}

TEST(Pool, NamesTheLimitWhenTheEngineGetsNoMemory) {
  FunctionSettings given = settings(1);
  given.memory_bytes = std::uint64_t{48} << 20;
  PoolWorld world("exhaust_on=9", given);
  const auto answer = world.ask(9);
  EXPECT_EQ(answer->error().code, Code::exhausted);
  EXPECT_EQ(answer->error().message,
            "std::bad_alloc; the limit is memory = 48MiB for each process");
  EXPECT_TRUE(world.ask(1)->good());
  EXPECT_EQ(world.counts().forks, 1U) << "the instance goes on";
}

// --- its end ------------------------------------------------------------------------------------

TEST(Pool, DrainsWhatIsInFlightAndLeavesNothing) {
  PoolWorld world("run_ms=50", settings(1));
  ASSERT_TRUE(world.ask(1)->good());
  const auto answer = world.send(2);
  bool drained = false;
  world.pool->drain([&] { drained = true; });
  ASSERT_TRUE(world.run_until([&] { return drained; }));
  EXPECT_TRUE(answer->good());
  ASSERT_TRUE(world.run_until([] { return children_of(::getpid()).empty(); }));
}

TEST(Pool, LeavesNothingWhenDestroyedInTheMiddle) {
  {
    PoolWorld world("run_ms=50", settings(2));
    ASSERT_TRUE(world.ask(1)->good());
    (void)world.send(2);
    world.queue.reset();
    world.pool.reset();
  }
  EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST(Pool, IsEvictedWhenItsIdleTemplateExceedsTheBudget) {
  PoolWorld world("", settings(1, seconds(10)), std::uint64_t{1} << 16);
  ASSERT_TRUE(world.ask(1)->good());
  EXPECT_EQ(world.counts().templates_evicted, 0U);
  world.loop.advance(seconds(10));
  ASSERT_TRUE(world.run_until([&] { return world.counts().templates_evicted == 1; }));
  EXPECT_EQ(world.evictions, std::vector{scale::EvictionReason::larger_than_budget});
  const auto told = std::find_if(world.lines.begin(), world.lines.end(), [](const auto& line) {
    return line.find("\"event\":\"template_evicted\"") != std::string::npos;
  });
  ASSERT_NE(told, world.lines.end());
  EXPECT_NE(told->find("\"reason\":\"larger_than_budget\""), std::string::npos) << *told;
  ASSERT_TRUE(world.run_until([] { return children_of(::getpid()).empty(); }));
  EXPECT_TRUE(world.ask(2)->good());
}

TEST(Pool, TellsTheMemoryOfItsProcesses) {
  PoolWorld world("", settings(1));
  ASSERT_TRUE(world.ask(1)->good());
  world.pool->refresh_memory();
  ASSERT_TRUE(
      world.run_until([&] { return world.pool->snapshot().memory.template_pss_bytes > 0; }));
  EXPECT_GT(world.pool->snapshot().memory.instances_pss_bytes, 0U);
}

TEST(Pool, LoadsTheModelAheadWhenAsked) {
  PoolWorld world("", settings(1));
  world.pool->warm();
  ASSERT_TRUE(world.run_until([&] { return world.pool->snapshot().template_ready; }));
  EXPECT_EQ(world.counts().forks, 0U);
}

}  // namespace
}  // namespace glowplug::instances
