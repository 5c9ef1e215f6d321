#include "base/append.h"

#include <gtest/gtest.h>

namespace glowplug {
namespace {

std::string ms_of(Duration duration) {
  std::string text = "x";
  append_ms(text, duration);
  return text;
}

TEST(Append, MillisecondsHaveThreeDigits) {
  EXPECT_EQ(ms_of(nanoseconds(94'499)), "x0.094");
  EXPECT_EQ(ms_of(nanoseconds(94'500)), "x0.095");
  EXPECT_EQ(ms_of(nanoseconds(999'500)), "x1.000");
  EXPECT_EQ(ms_of(milliseconds(12'345)), "x12345.000");
  EXPECT_EQ(ms_of(nanoseconds(-5'000'000)), "x0.000");
}

TEST(Append, IntegersOfAnySize) {
  std::string text;
  for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-7}, INT64_MAX, INT64_MIN})
    append_integer(text += ' ', value);
  EXPECT_EQ(text, " 0 -7 9223372036854775807 -9223372036854775808");
}

}  // namespace
}  // namespace glowplug
