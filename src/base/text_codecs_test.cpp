#include <gtest/gtest.h>

#include <string>

#include "base/base64.h"
#include "base/utf8.h"

namespace glowplug {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST(Base64, HasTheTestVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(bytes_of(plain)), coded);
    const auto back = from_base64(coded);
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(back->data()), back->size()), plain);
  }
}

TEST(Base64, RoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  const auto back = from_base64(to_base64(bytes_of(all)));
  ASSERT_TRUE(back);
  EXPECT_TRUE(std::ranges::equal(*back, bytes_of(all)));
}

TEST(Base64, RefusesASecondSpelling) {
  EXPECT_EQ(from_base64("Zg=").error().message, "base64: 3 characters are no multiple of 4");
  EXPECT_EQ(from_base64("Zh==").error().message, "base64: unused bits are set at character 2");
  EXPECT_EQ(from_base64("Zm 8").error().message,
            "base64: a character that does not belong there at character 3");
  EXPECT_EQ(from_base64("Z===").error().message,
            "base64: a character that does not belong there at character 2");
  EXPECT_EQ(from_base64("Zg==Zg==").error().message,
            "base64: a character that does not belong there at character 3");
}

TEST(Utf8, TakesWhatUnicodeAllows) {
  for (const char* text : {"", "plain", "gr\xC3\xBC\xC3\x9F", "\xE2\x82\xAC", "\xF0\x9F\x94\xA5",
                           "\xED\x9F\xBF", "\xEE\x80\x80", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(text)) << text;
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
}

TEST(Utf8, RefusesBrokenSequences) {
  for (const char* text :
       {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE2\x82", "a\xFFz", "\xC3("})
    EXPECT_FALSE(is_utf8(text));
}

}  // namespace
}  // namespace glowplug
