#include "cli/terminal/terminal.h"

#include <gtest/gtest.h>

#include <map>

namespace glowplug::cli {
namespace {

Lookup variables(std::map<std::string, std::string, std::less<>> values) {
  return [values = std::move(values)](std::string_view name) -> std::optional<std::string> {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  };
}

constexpr TerminalFacts kBoth{true, true, 100};
constexpr TerminalFacts kPipes{false, false, 80};

TEST(Terminal, ColorsOnlyATerminalThatCanShowIt) {
  EXPECT_TRUE(decide_terminal(kBoth, "auto", variables({{"TERM", "xterm"}})).color_out);
  EXPECT_FALSE(decide_terminal(kPipes, "auto", variables({{"TERM", "xterm"}})).color_out);
  EXPECT_FALSE(decide_terminal(kBoth, "auto", variables({{"TERM", "dumb"}})).color_out);
  EXPECT_FALSE(decide_terminal(kBoth, "auto", variables({})).color_out);
}

TEST(Terminal, FlagBeatsNoColorBeatsForceColor) {
  const auto environment = variables({{"TERM", "xterm"}, {"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}});
  EXPECT_TRUE(decide_terminal(kPipes, "always", environment).color_err);
  EXPECT_FALSE(decide_terminal(kBoth, "auto", environment).color_err);
  EXPECT_TRUE(decide_terminal(kPipes, "auto", variables({{"FORCE_COLOR", "1"}})).color_err);
  EXPECT_FALSE(decide_terminal(kBoth, "never", variables({{"FORCE_COLOR", "1"}})).color_err);
}

TEST(Terminal, AnEmptyNoColorDoesNotCount) {
  EXPECT_TRUE(
      decide_terminal(kBoth, "auto", variables({{"TERM", "xterm"}, {"NO_COLOR", ""}})).color_out);
}

TEST(Terminal, RewritesNothingUnderCi) {
  EXPECT_TRUE(decide_terminal(kBoth, "auto", variables({{"TERM", "xterm"}})).live);
  EXPECT_FALSE(decide_terminal(kBoth, "auto", variables({{"TERM", "xterm"}, {"CI", "1"}})).live);
}

TEST(Terminal, FirstLocaleVariableThatIsSetDecidesUtf8) {
  EXPECT_TRUE(decide_terminal(kBoth, "auto", variables({{"LANG", "C.UTF-8"}})).utf8);
  EXPECT_TRUE(decide_terminal(kBoth, "auto", variables({{"LANG", "de_DE.utf8"}})).utf8);
  EXPECT_FALSE(
      decide_terminal(kBoth, "auto", variables({{"LANG", "C.UTF-8"}, {"LC_ALL", "C"}})).utf8);
  EXPECT_FALSE(decide_terminal(kBoth, "auto", variables({})).utf8);
}

TEST(Terminal, CountsCharactersWithoutColors) {
  EXPECT_EQ(columns_of(paint(Style::good, "✓ done", true)), 6U);
  EXPECT_EQ(columns_of(""), 0U);
}

TEST(Terminal, ShowsControlCharactersInsteadOfObeyingThem) {
  EXPECT_EQ(harmless("x\x1b[2J\r\x07y\x7f"), "x\\x1b[2J\\x0d\\x07y\\x7f");
  EXPECT_EQ(harmless("\x1b[1;31mred\x1b[0m\tand\n"), "\x1b[1;31mred\x1b[0m\tand\n");
  EXPECT_EQ(harmless("\x1b["), "\\x1b[");
}

}  // namespace
}  // namespace glowplug::cli
