#include "cli/terminal/output.h"

#include <gtest/gtest.h>

namespace glowplug::cli {
namespace {

TEST(Failure, HasFourPartsWithTheFixLast) {
  Failure failure =
      usage_failure("unknown key function.memorySize", "memory: 512MiB", "glowplug.yaml:14:3");
  failure.excerpt = "  14 |   memorySize: 512\n";
  failure.page = "docs/cli/config.md";
  EXPECT_EQ(describe(failure, false),
            "error: unknown key function.memorySize   glowplug.yaml:14:3\n"
            "  14 |   memorySize: 512\n"
            "read:  docs/cli/config.md\n"
            "fix:   memory: 512MiB\n");
}

TEST(Failure, OfAnErrorIsExitCode1) {
  const Failure failure = Error{Code::not_found, "no such file", {}};
  EXPECT_EQ(failure.exit_code, kFailed);
  EXPECT_EQ(describe(failure, false), "error: no such file\n");
  EXPECT_EQ(to_json(failure).dump(),
            R"({"code":"not_found","fix":"","message":"no such file","next":[],"where":""})");
}

TEST(Attempt, TakesErrorsAndFailuresAlike) {
  const auto fails = [](bool usage) -> Attempt<int> {
    if (usage) return usage_failure("wrong");
    return Error{Code::internal, "broken", {}};
  };
  const auto passes_on = [&](bool usage) -> Attempt<std::string> {
    GLOWPLUG_ASSIGN(const int number, fails(usage));
    return std::to_string(number);
  };
  EXPECT_EQ(passes_on(true).error().exit_code, kUsage);
  EXPECT_EQ(passes_on(false).error().error.message, "broken");
}

}  // namespace
}  // namespace glowplug::cli
