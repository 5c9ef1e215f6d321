#include <gtest/gtest.h>

#include <random>

#include "handler/text/compile_tokenizer.h"
#include "handler/text/flat/reader.h"
#include "handler/text/flat/trie_builder.h"
#include "handler/text/testing/small_tokenizers.h"
#include "handler/text/tokenizer.h"

namespace glowplug::handler::text::flat {
namespace {

std::string random_key(std::mt19937& random) {
  std::string key(random() % 9, '\0');
  for (char& byte : key) byte = static_cast<char>("\0ab\x80\xFFz"[random() % 6]);
  return key;
}

TEST(Trie, FindsWhatIsInAndNothingElse) {
  std::mt19937 random(1);
  std::map<std::string, std::uint32_t> keys;
  for (std::uint32_t i = 0; i < 5000; ++i) keys[random_key(random)] = i;
  const auto units = build_trie({keys.begin(), keys.end()}).value();
  const Records<TrieUnit> records(std::as_bytes(std::span(units)));
  const Trie trie(records);
  for (const auto& [key, id] : keys) EXPECT_EQ(trie.find(key), id);
  for (int i = 0; i < 20000; ++i) {
    const std::string key = random_key(random);
    EXPECT_EQ(trie.find(key).has_value(), keys.contains(key));
  }
}

TEST(Trie, TheLastOfEqualKeysCounts) {
  const auto units = build_trie({{"a", 1}, {"", 7}, {"a", 2}}).value();
  const Records<TrieUnit> records(std::as_bytes(std::span(units)));
  const Trie trie(records);
  EXPECT_EQ(trie.find("a"), 2U);
  EXPECT_EQ(trie.find(""), 7U);
  EXPECT_FALSE(Trie().find("a"));
}

TEST(FlatFile, ABrokenOneIsRefused) {
  auto bytes = compile_tokenizer(testing::kWordPiece).value();
  EXPECT_TRUE(File::open(bytes));
  EXPECT_FALSE(File::open(std::span(bytes).first(bytes.size() - 1)));
  EXPECT_FALSE(File::open(std::span(bytes).first(10)));
  auto other = bytes;
  other[0] = std::byte{0};
  EXPECT_FALSE(File::open(other));
  other = bytes;
  other[4] = std::byte{99};
  const auto version = File::open(other);
  ASSERT_FALSE(version);
  EXPECT_EQ(version.error().message, "broken tokenizer file: version 99; this program reads 1");
  other = bytes;
  other[offsetof(Header, sections) + 3] = std::byte{0xFF};
  EXPECT_FALSE(File::open(other));
}

TEST(FlatFile, AnyByteMayBeWrong) {
  for (const auto json : testing::kSmallTokenizers) {
    const auto bytes = compile_tokenizer(json).value();
    for (std::size_t i = 0; i < bytes.size(); i += i < sizeof(Header) ? 1 : 7) {
      auto other = bytes;
      other[i] ^= std::byte{0xFF};
      const auto tokenizer = Tokenizer::open(other);
      if (tokenizer) (void)tokenizer->encode("Unaffable, é 中 ab <mask> 12", "b", EncodeOptions{});
    }
  }
}

}  // namespace
}  // namespace glowplug::handler::text::flat
