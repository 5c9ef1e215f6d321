#include "base/child_process.h"

#include <gtest/gtest.h>

#include <csignal>

namespace glowplug {
namespace {

TEST(ChildProcess, GivesOutputAndExitCode) {
  const auto finished = run_program({"/bin/sh", "-c", "echo out; echo err >&2; exit 3"});
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output, "out\n");
  EXPECT_EQ(finished->errors, "err\n");
  EXPECT_EQ(finished->status.describe(), "exited with code 3");
}

TEST(ChildProcess, SaysThatAProgramIsMissing) {
  const auto finished = run_program({"/no/such/program"});
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, Code::not_found);
}

TEST(ChildProcess, KillsWhatRunsTooLong) {
  const auto finished = run_program({"/bin/sleep", "100"}, milliseconds(50));
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().code, Code::deadline_exceeded);
}

TEST(ChildProcess, TellsTheSignal) {
  auto child = ChildProcess::spawn(
      {.arguments = {"/bin/sleep", "100"}, .environment = {}, .descriptors = {}});
  ASSERT_TRUE(child);
  EXPECT_FALSE(child->wait_until(Clock::now()).has_value());
  child->kill(SIGKILL);
  const ExitStatus status = child->wait();
  EXPECT_TRUE(status.signaled);
  EXPECT_EQ(status.number, SIGKILL);
}

TEST(ChildProcess, PassesOnlyTheDescriptorsNamed) {
  const auto finished = run_program({"/bin/sh", "-c", "ls /proc/self/fd | wc -l"});
  ASSERT_TRUE(finished);
  EXPECT_EQ(finished->output, "4\n");  // 0, 1, 2 and the folder that ls itself reads
}

}  // namespace
}  // namespace glowplug
