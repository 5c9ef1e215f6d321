#include "handler/text/regex/pattern.h"

#include <gtest/gtest.h>

namespace glowplug::handler::text {
namespace {

/// Matches in brackets: "a[1]b".
std::string marked(std::string_view ruby, std::string_view text) {
  std::vector<Span> spans;
  const auto pattern = Pattern::compile(ruby);
  if (!pattern) return pattern.error().message;
  EXPECT_TRUE(pattern->find_all(text, spans));
  std::string all;
  for (const Span& span : spans) {
    const auto part = std::string(text.substr(span.begin, span.end - span.begin));
    all += span.match ? "[" + part + "]" : part;
  }
  return all;
}

TEST(Pattern, MatchesAsOnigurumaDoes) {
  EXPECT_EQ(marked(R"(\d)", "a1b٣"), "a[1]b[٣]");
  EXPECT_EQ(marked(R"(\h+)", "xfFg"), "x[fF]g");
  EXPECT_EQ(marked(R"(\w+)", "é_1 -"), "[é_1] -");
  EXPECT_EQ(marked(R"(\bb)", "ab b"), "ab [b]");
  EXPECT_EQ(marked(R"(\s)", "a\xE1\xA0\x8E\xC2\x85"), "a\xE1\xA0\x8E[\xC2\x85]")
      << "U+180E is none";
  EXPECT_EQ(marked(R"(^b)", "a\nb"), "a\n[b]");
  EXPECT_EQ(marked(R"((?m:a.b))", "a\nb"), "[a\nb]");
  EXPECT_EQ(marked(R"(a{,2})", "aaab"), "[aa][a]b[]");
  EXPECT_EQ(marked(R"(\p{^L}+)", "a12b"), "a[12]b");
  EXPECT_EQ(marked(R"([^\P{L}a])", "ab1"), "a[b]1");
  EXPECT_EQ(marked(R"(\p{Han}\u4e16)", "世世"), "[世世]");
  EXPECT_EQ(marked(R"(\x20[\x{41}])", " A"), "[ A]");
}

TEST(Pattern, KnowsLettersThatAreNewerThanItsEngine) {
  EXPECT_EQ(marked(R"(\p{L})", "\U00031350"), "[\U00031350]");
  EXPECT_EQ(marked(R"([^\p{L}])", "\U00031350"), "\U00031350");
}

TEST(Pattern, RefusesWhatItDoesNotKnow) {
  for (const char* ruby :
       {R"([a&&b])", R"([[a]b])", R"(\X)", R"(a{1,2}+)", R"((?(1)a))", R"((*FAIL))",
        R"(\p{Nonsense})", R"([\W])", R"(\xFF)", R"(\p{)", R"((?)", R"(\u12)"}) {
    const auto pattern = Pattern::compile(ruby);
    ASSERT_FALSE(pattern) << ruby;
    EXPECT_EQ(pattern.error().code, Code::unimplemented) << ruby;
  }
  for (const char* ruby : {"(", "[a", "a)", "*", "\\"}) {
    const auto pattern = Pattern::compile(ruby);
    ASSERT_FALSE(pattern) << ruby;
    EXPECT_EQ(pattern.error().code, Code::invalid_argument) << ruby;
  }
}

TEST(Pattern, EndsInTime) {
  const auto pattern = Pattern::compile("(a+)+$").value();
  std::vector<Span> spans;
  const auto found = pattern.find_all(std::string(64, 'a') + "b", spans);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Code::invalid_argument);
}

}  // namespace
}  // namespace glowplug::handler::text
