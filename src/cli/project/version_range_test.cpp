#include "cli/project/version_range.h"

#include <gtest/gtest.h>

namespace glowplug::cli {
namespace {

TEST(VersionRange, AllConditionsHaveToHold) {
  EXPECT_TRUE(*in_version_range("0.1.0", ">=0.1"));
  EXPECT_TRUE(*in_version_range("0.10.2", ">=0.9, <1"));
  EXPECT_FALSE(*in_version_range("1.0.0", ">=0.9, <1"));
  EXPECT_FALSE(*in_version_range("0.1.0", ">0.1"));
  EXPECT_TRUE(*in_version_range("0.1.0", "==0.1.0"));
  EXPECT_TRUE(*in_version_range("0.1.0", "<= 0.1"));
}

TEST(VersionRange, RefusesWhatIsNoRange) {
  for (const char* text : {"", "0.1", ">=", ">=a", ">=1.2.3.4", ">=1.", ">=1,", "~1", ">=-1"})
    EXPECT_FALSE(in_version_range("0.1.0", text)) << text;
}

}  // namespace
}  // namespace glowplug::cli
