#include "cli/declaration/suggest.h"

#include <gtest/gtest.h>

#include <set>

#include "cli/declaration/foreign_names.h"

namespace glowplug::cli {
namespace {

std::string text(const Failure& failure) {
  return failure.error.message + " -> " + failure.error.fix;
}

class Suggestion : public ::testing::Test {
 protected:
  std::string flag(std::string_view verb, std::string_view word) {
    return text(unknown_flag(program_, program_.verb_named(verb), word));
  }
  const Program program_ = declare_glowplug();
};

TEST_F(Suggestion, NamesTheNearestVerb) {
  EXPECT_EQ(text(unknown_verb(program_, "exprot")),
            "there is no verb \"exprot\"; did you mean \"export\"? -> glowplug export");
  EXPECT_EQ(text(unknown_verb(program_, "fly")), "there is no verb \"fly\" -> glowplug --help");
}

TEST_F(Suggestion, KnowsVerbsOfOtherTools) {
  EXPECT_EQ(text(unknown_verb(program_, "ls")),
            "there is no verb \"ls\"; what docker calls ls is `functions` here -> "
            "glowplug functions --help");
}

TEST_F(Suggestion, NeverNamesAHiddenVerb) {
  EXPECT_EQ(text(unknown_verb(program_, "__doc")), "there is no verb \"__doc\" -> glowplug --help");
}

TEST_F(Suggestion, NamesTheNearestFlag) {
  EXPECT_EQ(flag("serve", "--idle-timout"),
            "`serve` has no flag --idle-timout; did you mean --idle-timeout? -> --idle-timeout");
}

TEST_F(Suggestion, KnowsFlagsOfOtherToolsInAnySpelling) {
  EXPECT_EQ(flag("serve", "--memorySize=512"),
            "`serve` has no flag --memorySize (a name of serverless.yml) -> --memory, with a unit");
  EXPECT_EQ(flag("serve", "--container-concurrency"),
            "`serve` has no flag --container-concurrency (a name of Knative) -> --max-batch: an "
            "instance runs one batch at a time");
  EXPECT_EQ(flag("serve", "--region"),
            "`serve` has no flag --region (a name of a cloud) -> leave it out: everything runs on "
            "this machine");
}

TEST_F(Suggestion, SaysWhichVerbsTakeAFlag) {
  EXPECT_EQ(flag("functions", "--http-port"),
            "`functions` has no flag --http-port; it belongs to up, serve -> "
            "glowplug functions --help-all");
}

TEST_F(Suggestion, EveryForeignVerbLeadsToOneOfOurs) {
  for (const std::string_view name :
       {"run", "build", "ls", "rm", "tag", "show", "prune", "check"}) {
    const auto foreign = foreign_verb(name);
    ASSERT_TRUE(foreign) << name;
    EXPECT_NE(program_.verb_named(foreign->ours), nullptr) << name;
  }
}

}  // namespace
}  // namespace glowplug::cli
