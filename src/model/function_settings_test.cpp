#include "model/function_settings.h"

#include <gtest/gtest.h>

namespace glowplug {
namespace {

TEST(FunctionSettings, EachRowReadsWhatItWrites) {
  const FunctionSettings defaults;
  for (const SettingRow& row : function_setting_rows()) {
    FunctionSettings other;
    ASSERT_TRUE(row.read(other, row.write(defaults))) << row.key;
    EXPECT_EQ(row.write(other), row.write(defaults)) << row.key;
    EXPECT_TRUE(row.read(other, row.example)) << row.key;
  }
}

TEST(FunctionSettings, LayersAreLaidOver) {
  const auto settings = apply({}, {{"idle_timeout", "50ms"}, {"max_instances", "2"}});
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->idle_timeout, milliseconds(50));
  EXPECT_EQ(settings->max_instances, 2U);
  EXPECT_EQ(settings->max_queue, 512U);
}

TEST(FunctionSettings, RefusalsNameTheKey) {
  EXPECT_EQ(apply({}, {{"idle_timout", "1s"}}).error().message,
            "unknown setting \"idle_timout\"; did you mean \"idle_timeout\"?");
  EXPECT_EQ(apply({}, {{"max_queue", "0"}}).error().message,
            "max_queue: \"0\" is not a whole number from 1 to 1000000");
  EXPECT_FALSE(apply({}, {{"min_instances", "5"}}));
  EXPECT_EQ(apply({}, {{"keep_warm", "mon-fri 08:00-25:00"}}).error().message,
            "keep_warm: column 15: \"25:00\", a time of day from 00:00 to 24:00 was expected");
  EXPECT_EQ(apply({}, {{"keep_warm", "08:00-18:00 Mars/Base"}}).error().message,
            "keep_warm: \"Mars/Base\" is not a time zone that this machine knows");
  EXPECT_EQ(apply({}, {{"keep_warm", "08:00-18:00 x5"}}).error().message,
            "keep_warm asks for 5 instances, more than max_instances (4)");
  EXPECT_EQ(apply({}, {{"fork_ahead", "yes"}}).error().message,
            "fork_ahead: \"yes\" is none of auto, on and off");
  EXPECT_FALSE(apply({}, {{"timeout", "0"}}));
  EXPECT_FALSE(apply({}, {{"fetch_timeout", "0"}}));
  EXPECT_EQ(apply({}, {{"fetch_hosts", "a.com,*.com"}}).error().message,
            "fetch_hosts: \"*.com\": at least two labels have to follow the star");
}

}  // namespace
}  // namespace glowplug
