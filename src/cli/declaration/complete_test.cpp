#include "cli/declaration/complete.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>

namespace glowplug::cli {
namespace {

class Completion : public ::testing::Test {
 protected:
  std::string complete_words(std::vector<std::string> words) {
    const Candidates found = complete(program_, words, names_);
    std::vector<std::string> values;
    for (const Candidate& candidate : found.values) values.push_back(candidate.value);
    if (found.files) values.emplace_back(":files");
    if (found.folders) values.emplace_back(":folders");
    return fmt::format("{}", fmt::join(values, " "));
  }
  const Program program_ = declare_glowplug();
  const LiveNames names_{
      .functions = [] { return std::vector<std::string>{"churn", "iris"}; },
      .versions =
          [](std::string_view function) {
            return function == "iris" ? std::vector<std::string>{"1", "2", "live"}
                                      : std::vector<std::string>{"1"};
          },
      .settings = [] { return std::vector<std::string>{"function.memory", "http_port"}; }};
};

TEST_F(Completion, OfVerbs) {
  EXPECT_EQ(complete_words({"ex"}), "export");
  EXPECT_EQ(complete_words({"--json", "al"}), "alias");
  EXPECT_EQ(complete_words({"__"}), "");
}

TEST_F(Completion, OfFlags) {
  EXPECT_EQ(complete_words({"serve", "--max-b"}),
            "--max-body --max-buffered --max-batch --max-batch-delay");
  EXPECT_EQ(complete_words({"--pro"}), "--progress");
}

TEST_F(Completion, OfFlagValues) {
  EXPECT_EQ(complete_words({"serve", "--log-level", "w"}), "warning");
  EXPECT_EQ(complete_words({"serve", "--log-level=w"}), "--log-level=warning");
  EXPECT_EQ(complete_words({"export", "m.onnx", "-o", ""}), ":folders");
}

TEST_F(Completion, OfLiveNames) {
  EXPECT_EQ(complete_words({"remove", "i"}), "iris");
  EXPECT_EQ(complete_words({"remove", "iris", "--version", ""}), "1 2 live");
  EXPECT_EQ(complete_words({"alias", "iris", "live", "2"}), "2");
  EXPECT_EQ(complete_words({"inspect", "iris@"}), "iris@1 iris@2 iris@live :folders");
  EXPECT_EQ(complete_words({"config", "explain", "fun"}), "function.memory");
}

TEST_F(Completion, OfFiles) {
  EXPECT_EQ(complete_words({"export", ""}), ":files");
  EXPECT_EQ(complete_words({"serve", "a.glow", "b"}), ":folders");
}

TEST_F(Completion, StopsWhereNoMoreIsTaken) {
  EXPECT_EQ(complete_words({"remove", "iris", ""}), "");
  EXPECT_EQ(complete_words({"nonsense", "--x", ""}).substr(0, 2), "up");
}

TEST_F(Completion, LinesCarryTheHelp) {
  EXPECT_EQ(complete(program_, std::vector<std::string>{"exp"}, names_).lines(),
            "export\tmake a verified bundle of a model\n");
}

}  // namespace
}  // namespace glowplug::cli
