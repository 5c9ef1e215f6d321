#include "cli/doctor/judge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace glowplug::cli {
namespace {

MachineFacts good_machine() {
  MachineFacts facts;
  facts.kernel = "6.1.0";
  facts.cpu = {"x86-64", {"avx2", "fma"}};
  facts.cpu_level = "x86-64-avx2";
  facts.cpus = 2;
  facts.memory_bytes = std::uint64_t{8} << 30;
  facts.memory_available_bytes = std::uint64_t{4} << 30;
  facts.transparent_huge_pages = "madvise";
  facts.cgroup_version = 2;
  facts.cgroup_description = "cgroup v2 at /sys/fs/cgroup";
  facts.seccomp_filters = true;
  facts.landlock_version = 2;
  facts.user_namespaces = true;
  facts.open_files_soft = 1024;
  facts.open_files_hard = 1048576;
  facts.processes = UINT64_MAX;
  facts.handler = {"/bin/glowplug-handler", "0.1.0", "", ""};
  facts.engine = {"/lib/libonnxruntime.so", "1.28.0", std::string(64, 'a'), ""};
  facts.home = "/home/glowplug";
  facts.home_exists = facts.home_writable = true;
  facts.functions = 3;
  facts.disk_free_bytes = std::uint64_t{100} << 30;
  return facts;
}

Check check_named(const MachineFacts& facts, std::string_view name) {
  for (Check& check : judge(facts)) {
    if (check.name == name) return check;
  }
  ADD_FAILURE() << "no check " << name;
  return {};
}

TEST(Doctor, FindsNothingWrongOnAGoodMachine) {
  for (const Check& check : judge(good_machine())) {
    EXPECT_EQ(check.finding, Finding::ok) << check.name;
    EXPECT_NE(check.meaning, "") << check.name;
    EXPECT_EQ(check.remedy, "") << check.name;
    EXPECT_NE(check.found, "") << check.name;
  }
}

TEST(Doctor, FailsOnlyForWhatGlowplugCannotWorkWithout) {
  std::set<std::string> failing;
  for (const Check& check : judge(MachineFacts{})) {
    if (check.finding == Finding::fail) failing.insert(check.name);
  }
  EXPECT_EQ(failing, std::set<std::string>{"store"});  // no home that can be made
  MachineFacts facts = good_machine();
  facts.handler.problem = "it is not there";
  facts.engine.problem = "it does not load";
  EXPECT_EQ(check_named(facts, "handler").finding, Finding::fail);
  EXPECT_EQ(check_named(facts, "engine_onnxruntime").finding, Finding::fail);
}

TEST(Doctor, EveryFindingSaysWhatItMeansAndWhatToDo) {
  MachineFacts facts;
  facts.handler.problem = facts.engine.problem = "it is not there";
  facts.cpu_level = "x86-64-sse2";
  facts.memory_available_bytes = 1;
  for (const Check& check : judge(facts)) {
    if (check.name == "user") continue;
    EXPECT_NE(check.finding, Finding::ok) << check.name;
    EXPECT_NE(check.meaning, "") << check.name;
    EXPECT_NE(check.remedy, "") << check.name;
  }
}

TEST(Doctor, AStoreThatCannotBeWrittenStillServes) {
  MachineFacts facts = good_machine();
  facts.home_writable = false;
  EXPECT_EQ(check_named(facts, "store").finding, Finding::warn);
  facts.store_problem = "the index is damaged";
  EXPECT_EQ(check_named(facts, "store").finding, Finding::fail);
}

TEST(Doctor, ReadsThisMachine) {
  const MachineFacts facts = read_machine("/");
  EXPECT_NE(facts.kernel, "");
  EXPECT_NE(facts.cpu_level, "");
  EXPECT_GE(facts.cpus, 1U);
  EXPECT_GE(facts.memory_bytes, facts.memory_available_bytes);
  EXPECT_GT(facts.open_files_hard, 0U);
}

}  // namespace
}  // namespace glowplug::cli
