#include "base/cpu_quota.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <string>

namespace glowplug {
namespace {

class Tree {
 public:
  Tree() : root_(::testing::TempDir() + "cpu_quota_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(root_);
  }
  ~Tree() { std::filesystem::remove_all(root_); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  Tree& write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((root_ / file).parent_path());
    std::ofstream(root_ / file) << text;
    return *this;
  }
  [[nodiscard]] double quota() const { return cpu_quota(root_); }

 private:
  std::filesystem::path root_;
};

TEST(CpuQuota, IsInfiniteWhereNothingIsSaid) {
  EXPECT_TRUE(std::isinf(Tree().quota()));
  EXPECT_TRUE(std::isinf(Tree().write("proc/self/cgroup", "0::/a\n").quota()));
  EXPECT_TRUE(std::isinf(Tree()
                             .write("proc/self/cgroup", "0::/a\n")
                             .write("sys/fs/cgroup/a/cpu.max", "max 100000\n")
                             .quota()));
}

TEST(CpuQuota, IsTheLeastOfAGroupAndThoseAboveIt) {
  Tree tree;
  tree.write("proc/self/cgroup", "0::/a/b\n").write("sys/fs/cgroup/a/b/cpu.max", "400000 100000\n");
  EXPECT_EQ(tree.quota(), 4.0);
  tree.write("sys/fs/cgroup/a/cpu.max", "50000 100000\n");
  EXPECT_EQ(tree.quota(), 0.5);
  tree.write("sys/fs/cgroup/cpu.max", "20000 100000\n");  // a container sees its own as the root
  EXPECT_EQ(tree.quota(), 0.2);
}

TEST(CpuQuota, KnowsTheFilesOfTheFirstVersion) {
  Tree tree;
  tree.write("proc/self/cgroup", "12:memory:/m\n4:cpu,cpuacct:/a\n0::/\n")
      .write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "150000\n")
      .write("sys/fs/cgroup/cpu/a/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(tree.quota(), 1.5);
  tree.write("sys/fs/cgroup/cpu/a/cpu.cfs_quota_us", "-1\n");
  EXPECT_TRUE(std::isinf(tree.quota()));
}

TEST(CpuQuota, TakesNonsenseForNothing) {
  for (const char* text : {"", "abc", "100000", "100000 0", "-5 100000", "100000 x"}) {
    Tree tree;
    tree.write("proc/self/cgroup", "0::/../x\nnonsense\n::\n").write("sys/fs/cgroup/cpu.max", text);
    EXPECT_TRUE(std::isinf(tree.quota())) << text;
  }
}

}  // namespace
}  // namespace glowplug
