#include "instances/start_phases.h"

#include <gtest/gtest.h>

#include <limits>

namespace glowplug::instances {
namespace {

constexpr std::int64_t kMs = 1'000'000;

Time at(int ms) { return Time{} + milliseconds(ms); }

Duration sum(const std::vector<StartPhase>& phases) {
  Duration all{0};
  for (const StartPhase& phase : phases) {
    EXPECT_GE(phase.duration, Duration(0)) << phase.name;
    all += phase.duration;
  }
  return all;
}

TemplateReady ready(std::int64_t began, std::int64_t told) {
  TemplateReady ready;
  ready.began_ns = began * kMs;
  ready.told_ns = told * kMs;
  ready.engine_ns = 20 * kMs;
  ready.confine_ns = 1 * kMs;
  ready.model_ns = 5 * kMs;
  ready.warm_up_ns = 3 * kMs;
  return ready;
}

TEST(StartPhases, ATemplatesPhasesFollowOneAnother) {
  const TemplateStart start = split_template_start(ready(102, 132), at(100), at(133));
  EXPECT_EQ(start.total, milliseconds(33));
  EXPECT_EQ(start.exec, milliseconds(2));
  EXPECT_EQ(start.engine, milliseconds(20));
  EXPECT_EQ(start.confine, milliseconds(1));
  EXPECT_EQ(start.model, milliseconds(5));
  EXPECT_EQ(start.warm_up, milliseconds(3));
  EXPECT_EQ(start.report, milliseconds(1));
  EXPECT_EQ(sum(phases_of(start)), milliseconds(32));  // one is between its steps
}

TEST(StartPhases, AnInstancesPhasesAddUpToTheTotal) {
  const SeenStart seen{at(100), at(101), at(110), std::nullopt};
  const ColdStart start = split_cold_start(seen, {at(103), at(104)},
                                           {milliseconds(1), milliseconds(2), milliseconds(1)});
  EXPECT_EQ(start.ask, milliseconds(1));
  EXPECT_EQ(start.fork, milliseconds(2));
  EXPECT_EQ(start.attach, milliseconds(1));
  EXPECT_EQ(start.first_run, milliseconds(4));
  EXPECT_EQ(start.answer, milliseconds(2));
  EXPECT_EQ(sum(phases_of(start)), start.total);
}

TEST(StartPhases, AskingDoesNotCountTheTemplatesStart) {
  const TemplateStart before = split_template_start(ready(102, 132), at(100), at(133));
  const SeenStart seen{at(99), at(134), at(140), before};
  const ColdStart start = split_cold_start(seen, {at(135), at(136)}, {});
  EXPECT_EQ(start.ask, milliseconds(2));
  EXPECT_EQ(sum(phases_of(start)) + before.total, start.total);
}

TEST(StartPhases, AProcessThatLiesMakesNoPhaseNegativeOrTooLong) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t word : {-kMost, std::int64_t{-1}, std::int64_t{0}, kMost}) {
    TemplateReady said = ready(102, 132);
    said.began_ns = said.told_ns = said.engine_ns = said.model_ns = word;
    const TemplateStart start = split_template_start(said, at(100), at(133));
    EXPECT_LE(sum(phases_of(start)), start.total);
    const SeenStart seen{at(100), at(101), at(110), std::nullopt};
    const InstanceTimes times{Time(nanoseconds(word)), Time(nanoseconds(word))};
    const ColdStart cold =
        split_cold_start(seen, times, {nanoseconds(0), std::chrono::hours(24), nanoseconds(0)});
    EXPECT_EQ(sum(phases_of(cold)), cold.total);
  }
}

}  // namespace
}  // namespace glowplug::instances
