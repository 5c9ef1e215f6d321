#include "handler/text/unicode/unicode.h"

#include <gtest/gtest.h>

#include "handler/text/unicode/graphemes.h"
#include "handler/text/unicode/normalization_forms.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

TEST(RepairUtf8, ReplacesMaximalSubparts) {
  // Unicode 15, tables 3-8, 3-9 and 3-11.
  EXPECT_EQ(repair_utf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"), "��������A");
  EXPECT_EQ(repair_utf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"), "��������A");
  EXPECT_EQ(repair_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"), "����A");
  EXPECT_EQ(repair_utf8("a\xF4\x90\x80\x80"), "a����");
  EXPECT_EQ(repair_utf8("é\xE2\x82"), "é�");
}

std::string in_form(std::string_view text, NormalizationForm form) {
  std::size_t origin = 0;
  return normalize(text, form, origin);
}

TEST(Normalize, HasFourForms) {
  EXPECT_EQ(in_form("e\u0301\u0323", {false, true}), "\u1eb9\u0301");
  EXPECT_EQ(in_form("\u1eb9\u0301", {false, false}), "e\u0323\u0301");
  EXPECT_EQ(in_form("ﬁ①", {true, true}), "fi1");
  EXPECT_EQ(in_form("ﬁ①", {false, true}), "ﬁ①");
  EXPECT_EQ(in_form("한글", {false, false}), "\u1112\u1161\u11ab\u1100\u1173\u11af");
  EXPECT_EQ(in_form("\u1112\u1161\u11ab", {false, true}), "한");
  EXPECT_EQ(in_form("\u0344", {false, true}), "\u0308\u0301") << "excluded from composition";
}

TEST(Normalize, KnowsWhatStemsFromTheFirstCharacter) {
  std::size_t origin = 2;
  EXPECT_EQ(normalize("½x", {true, false}, origin), "1⁄2x");
  EXPECT_EQ(origin, 5U);
  origin = 1;
  EXPECT_EQ(normalize("e\u0301x", {false, true}, origin), "éx");
  EXPECT_EQ(origin, 2U);
}

TEST(Graphemes, FollowTheRules) {
  const auto sizes = [](std::string_view text) {
    std::vector<std::size_t> all;
    for (std::size_t at = 0; at < text.size(); at += all.back())
      all.push_back(grapheme_size(text, at));
    return all;
  };
  using Sizes = std::vector<std::size_t>;
  EXPECT_EQ(sizes("a\r\n\n"), (Sizes{1, 2, 1}));
  EXPECT_EQ(sizes("e\u0301x"), (Sizes{3, 1}));
  EXPECT_EQ(sizes("🇩🇪🇫🇷🇩"), (Sizes{8, 8, 4}));
  EXPECT_EQ(sizes("👩\u200d👧👧"), (Sizes{11, 4}));
  EXPECT_EQ(sizes("각"), (Sizes{3}));
  EXPECT_EQ(sizes("क्षि"), (Sizes{12}));
}

TEST(Properties, AreThoseOfTheLibrary) {
  EXPECT_TRUE(has('!', punctuation));
  EXPECT_TRUE(has(U'。', punctuation));
  EXPECT_FALSE(has(U'a', punctuation));
  EXPECT_TRUE(has(0x3000, white_space));
  EXPECT_TRUE(has(0xFFFD, bert_removed));
  EXPECT_EQ(properties(0xFFFFFFFF), 0U);
  EXPECT_EQ(lower(U'Ä'), U'ä');
  EXPECT_EQ(script(U'あ'), script(U'漢'));
  EXPECT_NE(script(U'a'), script(U'б'));
}

}  // namespace
}  // namespace glowplug::handler::text
