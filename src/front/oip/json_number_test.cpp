#include "front/oip/json_number.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

namespace glowplug::front::oip {
namespace {

template <class Float>
ElementFault read_all(const std::string& text, Float& value) {
  TextCursor cursor{text.data(), text.data() + text.size()};
  const ElementFault fault = take_float(cursor, value);
  if (fault == ElementFault::none && !cursor.done()) return ElementFault::wrong_kind;
  return fault;
}

template <class Float>
void expect_nearest(const std::string& text) {
  Float ours{};
  Float nearest{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), nearest);
  const bool large = result.ec != std::errc{} && text.find("e+") != std::string::npos;
  ASSERT_EQ(read_all(text, ours), large ? ElementFault::out_of_range : ElementFault::none) << text;
  if (large) return;
  EXPECT_EQ(ours, nearest) << text;
  EXPECT_EQ(std::signbit(ours), std::signbit(nearest)) << text;
}

template <class Float>
std::string written(Float value, int precision) {
  std::array<char, 400> text{};
  const auto end = precision < 0 ? std::to_chars(text.begin(), text.end(), value)
                                 : std::to_chars(text.begin(), text.end(), value,
                                                 std::chars_format::scientific, precision);
  return {text.data(), end.ptr};
}

TEST(JsonNumber, ReadsTheNearestFloatForAnyBitsAndLength) {
  std::mt19937 random(1);
  for (int i = 0; i < 200'000; ++i) {
    const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    expect_nearest<float>(written(value, -1));
    expect_nearest<float>(written(value, static_cast<int>(random() % 20)));
  }
}

TEST(JsonNumber, ReadsTheNearestFloatBesideTheMiddleOfTwo) {
  std::mt19937 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const auto low = std::bit_cast<float>(static_cast<std::uint32_t>(random() % 0x7F000000U));
    const float high = std::nextafter(low, std::numeric_limits<float>::infinity());
    const double middle = (static_cast<double>(low) + static_cast<double>(high)) / 2;
    for (const int precision : {6, 8, 12, 15, 16, 17, 18, 25, 50})
      expect_nearest<float>(written(middle, precision));
  }
}

TEST(JsonNumber, ReadsTheNearestDoubleForAnyBitsAndLength) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 100'000; ++i) {
    const auto value = std::bit_cast<double>(static_cast<std::uint64_t>(random()));
    if (!std::isfinite(value)) continue;
    expect_nearest<double>(written(value, -1));
    expect_nearest<double>(written(value, static_cast<int>(random() % 22)));
  }
}

TEST(JsonNumber, ReadsDecimalsOfEverydayLength) {
  std::mt19937 random(4);
  for (int i = 0; i < 200'000; ++i) {
    std::string text =
        fmt::format("{}.{}", static_cast<int>(random() % 2000) - 1000, random() % 100'000'000);
    if (random() % 4 == 0) text += fmt::format("e{}", static_cast<int>(random() % 40) - 20);
    expect_nearest<float>(text);
    expect_nearest<double>(text);
  }
}

TEST(JsonNumber, MakesWhatIsTooSmallZeroWithItsSign) {
  float value = 1;
  for (const char* text : {"1e-60", "-1e-60", "0.00000000000000000000000000000000000000000000001",
                           "-0.000e5", "1e-99999999999999999999", "0e99999999999999999999"}) {
    ASSERT_EQ(read_all(text, value), ElementFault::none) << text;
    EXPECT_EQ(value, 0.0F) << text;
    EXPECT_EQ(std::signbit(value), text[0] == '-') << text;
  }
}

TEST(JsonNumber, RefusesWhatOverflows) {
  float narrow = 0;
  double wide = 0;
  for (const char* text : {"3.4e39", "-3.4e39", "3.40282357e38", "1e999", "1e99999999999999999999",
                           "1000000000000000000000000000000000000000"})
    EXPECT_EQ(read_all(text, narrow), ElementFault::out_of_range) << text;
  for (const char* text : {"1.8e308", "-1e309", "1e99999999999999999999"})
    EXPECT_EQ(read_all(text, wide), ElementFault::out_of_range) << text;
  EXPECT_EQ(read_all("3.4028235e38", narrow), ElementFault::none);
  EXPECT_EQ(narrow, std::numeric_limits<float>::max());
}

TEST(JsonNumber, RefusesWhatTheGrammarDoesNotKnow) {
  double value = 0;
  for (const char* text :
       {"",    "-",   "+1",  ".5",       "5.",  "01", "-01", "1e",  "1e+",   "1.e1", "0x1",
        "inf", "nan", "NAN", "infinity", "- 1", "1 ", "1_0", "--1", "1.2.3", "-NaN"})
    EXPECT_EQ(read_all(text, value), ElementFault::wrong_kind) << text;
}

TEST(JsonNumber, ReadsTheTokensOfWhatIsNotFinite) {
  float value = 0;
  ASSERT_EQ(read_all("NaN", value), ElementFault::none);
  EXPECT_TRUE(std::isnan(value));
  ASSERT_EQ(read_all("Infinity", value), ElementFault::none);
  EXPECT_EQ(value, std::numeric_limits<float>::infinity());
  ASSERT_EQ(read_all("-Infinity", value), ElementFault::none);
  EXPECT_EQ(value, -std::numeric_limits<float>::infinity());
}

template <class Integer>
ElementFault read_integer(const std::string& text, Integer& value) {
  TextCursor cursor{text.data(), text.data() + text.size()};
  const ElementFault fault = take_integer(cursor, value);
  return fault == ElementFault::none && !cursor.done() ? ElementFault::wrong_kind : fault;
}

template <class Integer>
void expect_exact_range() {
  using Limits = std::numeric_limits<Integer>;
  Integer value{};
  for (const Integer edge : {Limits::min(), Limits::max(), Integer{0}}) {
    ASSERT_EQ(read_integer(std::to_string(edge), value), ElementFault::none) << +edge;
    EXPECT_EQ(value, edge);
  }
  ASSERT_EQ(read_integer("-0", value), ElementFault::none);
  EXPECT_EQ(value, 0);
  EXPECT_EQ(read_integer(fmt::format("{}0", Limits::max()), value), ElementFault::out_of_range);
  EXPECT_EQ(read_integer("-99999999999999999999", value), ElementFault::out_of_range);
  for (const char* text : {"1.0", "1e3", "1E3", "007", "", "-", "+1", "0x1", "1a"})
    EXPECT_EQ(read_integer(text, value), ElementFault::wrong_kind) << text;
}

TEST(JsonNumber, IntegersAreExactAndNeverWrap) {
  expect_exact_range<std::uint8_t>();
  expect_exact_range<std::uint16_t>();
  expect_exact_range<std::uint32_t>();
  expect_exact_range<std::uint64_t>();
  expect_exact_range<std::int8_t>();
  expect_exact_range<std::int16_t>();
  expect_exact_range<std::int32_t>();
  expect_exact_range<std::int64_t>();
}

}  // namespace
}  // namespace glowplug::front::oip
