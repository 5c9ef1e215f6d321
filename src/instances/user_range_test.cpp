#include "instances/user_range.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>

#include "base/file.h"

namespace glowplug::instances {
namespace {

TEST(UserRange, GivesAFunctionTheSameUserAfterARestart) {
  EXPECT_EQ(*UserRange().user_for("iris"), *UserRange().user_for("iris"));
}

TEST(UserRange, GivesEveryFunctionItsOwn) {
  UserRange users(70000, 50);
  std::set<std::uint32_t> given;
  for (int i = 0; i < 50; ++i) given.insert(*users.user_for("function" + std::to_string(i)));
  EXPECT_EQ(given.size(), 50U);
  EXPECT_EQ(*given.begin(), 70000U);
  EXPECT_EQ(*given.rbegin(), 70049U);
  EXPECT_EQ(users.user_for("one more").error().code, Code::exhausted);
  EXPECT_TRUE(users.user_for("function7"));
}

TEST(UserRange, IsUsableOnlyWhereTheNamespaceMapsIt) {
  const auto folder = TemporaryFolder::create();
  ASSERT_TRUE(folder);
  const auto write = [&](const char* text) {
    std::ofstream(folder->path() / "uid_map") << text;
    return UserRange(64000, 1000).usable(folder->path() / "uid_map");
  };
  const bool root = ::geteuid() == 0;
  EXPECT_EQ(write("         0          0 4294967295\n"), root);
  EXPECT_EQ(write("0 100000 65536\n"), root);
  EXPECT_FALSE(write("0 1000 1\n"));
  EXPECT_FALSE(write("0 100000 64500\n"));
}

}  // namespace
}  // namespace glowplug::instances
