#include "handler/text/tokenizer.h"

#include <gtest/gtest.h>

#include "handler/text/compile_tokenizer.h"
#include "handler/text/testing/small_tokenizers.h"

namespace glowplug::handler::text {
namespace {

/// A tokenizer and the file that it uses.
struct Opened {
  explicit Opened(std::string_view json, std::string_view config = {})
      : file(compile_tokenizer(json, config).value()), tokenizer(Tokenizer::open(file).value()) {}
  std::vector<std::byte> file;
  Tokenizer tokenizer;
  [[nodiscard]] Ids ids(std::string_view text, std::optional<std::string_view> second = {}) const {
    return tokenizer.encode(text, second, EncodeOptions{}).value().ids;
  }
};

TEST(Tokenizer, WordPieceTakesTheLongestPieces) {
  const Opened word_piece(testing::kWordPiece);
  EXPECT_EQ(word_piece.ids("Unaffable, ÀB"), (Ids{2, 4, 5, 6, 10, 1, 3}));
  EXPECT_EQ(word_piece.ids("a中a"), (Ids{2, 8, 11, 8, 3}));
  EXPECT_EQ(word_piece.ids("unaffableaaa"), (Ids{2, 1, 3}))
      << "longer than max_input_chars_per_word";
}

TEST(Tokenizer, PairsHaveTypes) {
  const Opened word_piece(testing::kWordPiece);
  const auto encoding = word_piece.tokenizer.encode("a", "able", EncodeOptions{}).value();
  EXPECT_EQ(encoding.ids, (Ids{2, 8, 3, 7, 3}));
  EXPECT_EQ(encoding.type_ids, (Ids{0, 0, 0, 1, 1}));
  EXPECT_EQ(encoding.special_tokens_mask, (std::vector<std::uint8_t>{1, 0, 1, 0, 1}));
}

TEST(Tokenizer, AddedTokensAreWordsAndTakeTheirSpaces) {
  const Opened word_piece(testing::kWordPiece);
  EXPECT_EQ(word_piece.ids("a  whole  a"), (Ids{2, 8, 12, 8, 3}));
  EXPECT_EQ(word_piece.ids("awhole"), (Ids{2, 1, 3}));
  EXPECT_EQ(word_piece.ids("a[PAD]a"), (Ids{2, 8, 0, 8, 3}));
}

TEST(Tokenizer, BytesStandForWhatIsUnknown) {
  const Opened llama(testing::kByteFallback);
  EXPECT_EQ(llama.ids("ab"), (Ids{5}));
  EXPECT_EQ(llama.ids("abé"), (Ids{5, 6, 7}));
  EXPECT_EQ(llama.ids("xyb"), (Ids{1, 0, 3})) << "neighbors that are unknown are one";
}

TEST(Tokenizer, ByteLevelHasNoUnknown) {
  const Opened roberta(testing::kByteLevel);
  EXPECT_EQ(roberta.ids("a ab"), (Ids{1, 5, 5, 4, 2}));
  EXPECT_EQ(roberta.ids("a <mask>", "aé"), (Ids{1, 5, 9, 2, 2, 5, 7, 8, 2}));
}

TEST(Tokenizer, UnigramTakesTheBestSum) {
  const Opened unigram(testing::kUnigram);
  EXPECT_EQ(unigram.ids("ab"), (Ids{0, 8, 1})) << "of equal sums the one found first";
  EXPECT_EQ(unigram.ids("a  xya"), (Ids{0, 7, 3, 2, 4, 1}));
}

TEST(Tokenizer, WordLevelKnowsWholeWords) {
  const Opened words(testing::kWordLevel);
  EXPECT_EQ(words.ids(" Café-12x "), (Ids{1, 2, 3, 0}));
}

TEST(Tokenizer, TruncatesAndPadsAsTheFileSays) {
  const Opened word_piece(testing::kWordPiece);
  const std::vector<TextPair> texts = {
      {"a", {}}, {"a a a a a a a a", {}}, {"a a a a a", "able a a"}};
  const auto encodings =
      word_piece.tokenizer.encode_batch(texts, word_piece.tokenizer.defaults()).value();
  EXPECT_EQ(encodings[0].ids, (Ids{2, 8, 3, 0, 0, 0, 0, 0}));
  EXPECT_EQ(encodings[0].attention_mask, (std::vector<std::uint8_t>{1, 1, 1, 0, 0, 0, 0, 0}));
  EXPECT_EQ(encodings[1].ids, (Ids{2, 8, 8, 8, 8, 8, 8, 3}));
  EXPECT_EQ(encodings[2].ids, (Ids{2, 8, 8, 8, 3, 7, 8, 3}));
}

TEST(Tokenizer, OptionsOverrideTheFile) {
  const Opened word_piece(testing::kWordPiece);
  EncodeOptions options;
  options.truncation = Truncation{4, Strategy::longest_first, Side::left};
  options.padding = Padding{6, 4, Side::left, 0, 1};
  const auto encoding = word_piece.tokenizer.encode("able a un", {}, options).value();
  EXPECT_EQ(encoding.ids, (Ids{0, 0, 0, 0, 2, 8, 4, 3}));
  EXPECT_EQ(encoding.type_ids, (Ids{1, 1, 1, 1, 0, 0, 0, 0}));
}

TEST(Tokenizer, OneTextOfAPairMayGive) {
  const Opened word_piece(testing::kWordPiece);
  EncodeOptions options;
  options.truncation = Truncation{6, Strategy::only_second, Side::right};
  EXPECT_EQ(word_piece.tokenizer.encode("a a", "a a a", options).value().ids,
            (Ids{2, 8, 8, 3, 8, 3}));
  options.truncation->strategy = Strategy::only_first;
  const auto failed = word_piece.tokenizer.encode("a", "a a a a", options);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::invalid_argument);
  options.truncation->strategy = Strategy::only_second;
  EXPECT_FALSE(word_piece.tokenizer.encode("a a a a a a", {}, options));
}

TEST(Tokenizer, NoRoomForSpecialTokensIsAnError) {
  const Opened word_piece(testing::kWordPiece);
  EncodeOptions options;
  options.truncation = Truncation{1, Strategy::longest_first, Side::right};
  EXPECT_FALSE(word_piece.tokenizer.encode("a", {}, options));
  options.truncation->max_length = 2;
  EXPECT_EQ(word_piece.tokenizer.encode("a", {}, options).value().ids, (Ids{2, 3}));
}

TEST(Tokenizer, TooLongATextIsAnError) {
  const Opened word_piece(testing::kWordPiece);
  EncodeOptions options;
  options.max_text_bytes = 4;
  const std::vector<TextPair> texts = {{"a", {}}, {"aaaaa", {}}};
  const auto failed = word_piece.tokenizer.encode_batch(texts, options);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Code::too_large);
  EXPECT_EQ(failed.error().message, "text 1: a text of 5 bytes; at most 4");
}

TEST(Tokenizer, ConfigAddsLengthAndPadding) {
  const Opened words(
      testing::kWordLevel,
      R"({"model_max_length":512,"padding_side":"left","pad_token":{"content":"cafe"}})");
  EXPECT_EQ(words.tokenizer.model_max_length(), 512U);
  EXPECT_EQ(words.tokenizer.padding().id, 1U);
  EXPECT_EQ(words.tokenizer.padding().side, Side::left);
  EXPECT_FALSE(words.tokenizer.defaults().padding);
  const Opened endless(testing::kWordLevel, R"({"model_max_length":1e30})");
  EXPECT_FALSE(endless.tokenizer.model_max_length());
}

TEST(Tokenizer, LongWordsTakeNoQuadraticTime) {
  const Opened llama(testing::kByteFallback);
  EXPECT_EQ(llama.ids(std::string(1 << 20, 'a')).size(), (std::size_t{1} << 20) + 1);
}

}  // namespace
}  // namespace glowplug::handler::text
