#include "base/utc.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace glowplug {
namespace {

std::string text_of(const std::tm& parts) {
  std::string text(64, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%a %Y-%m-%d %H:%M:%S %j", &parts));
  return text;
}

TEST(Utc, IsWhatTheCalendarSays) {
  EXPECT_EQ(text_of(utc_of(0)), "Thu 1970-01-01 00:00:00 001");
  EXPECT_EQ(text_of(utc_of(951'827'696)), "Tue 2000-02-29 12:34:56 060");
  EXPECT_EQ(text_of(utc_of(-1)), "Wed 1969-12-31 23:59:59 365");
}

TEST(Utc, IsWhatGlibcSays) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 10'000; ++i) {
    const auto time = static_cast<std::int64_t>(random() % 20'000'000'000) - 2'000'000'000;
    std::tm parts{};
    ASSERT_NE(::gmtime_r(&time, &parts), nullptr);
    ASSERT_EQ(text_of(utc_of(time)), text_of(parts)) << time;
  }
}

}  // namespace
}  // namespace glowplug
