#include "instances/cgroup.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/child_process.h"
#include "base/file.h"

namespace glowplug::instances {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

std::string text_of(const fs::path& file) {
  auto text = read_file(file);
  return text ? *text : "(none)";
}

/// A plain folder in which control files appear as the kernel makes them.
class FakeTree : public CgroupTree {
 public:
  Result<void> make(const fs::path& folder) override {
    GLOWPLUG_TRY(CgroupTree::make(folder));
    for (const char* file :
         {"cgroup.procs", "cgroup.subtree_control", "memory.max", "memory.limit_in_bytes",
          "memory.events", "memory.oom_control", "pids.max", "cpu.max", "cpu.cfs_quota_us"})
      write(folder / file, "");
    return {};
  }
  void remove(const fs::path& folder) override { fs::remove_all(folder); }
};

class CgroupHostTest : public ::testing::Test {
 protected:
  CgroupHostTest() : folder_(*TemporaryFolder::create()) {
    places_.mounts = folder_.path() / "cgroup";
    places_.own = folder_.path() / "own";
    fs::create_directory(places_.mounts);
  }
  void have_v2(const std::string& controllers) {
    write(places_.own, "0::/service\n");
    for (const fs::path& group : {places_.mounts, places_.mounts / "service"}) {
      fs::create_directory(group);
      write(group / "cgroup.controllers", controllers);
      write(group / "cgroup.subtree_control", "");
    }
  }
  void have_v1() {
    write(places_.own, "5:memory:/jobs\n4:cpu,cpuacct:/\n3:pids:/\n0::/\n");
    fs::create_directories(places_.mounts / "memory/jobs");
    fs::create_directory(places_.mounts / "cpu");
    fs::create_directory(places_.mounts / "pids");
  }
  [[nodiscard]] CgroupHost detect() const {
    return CgroupHost::detect(places_, std::make_shared<FakeTree>());
  }

  TemporaryFolder folder_;
  CgroupHost::Places places_;
};

constexpr CgroupLimits kLimits{.memory_bytes = 1 << 20, .processes = 10, .cpus = 0.5};

TEST_F(CgroupHostTest, UsesV2WhereItsMemoryControllerIs) {
  have_v2("cpu memory pids");
  CgroupHost host = detect();
  ASSERT_EQ(host.kind(), CgroupKind::v2) << host.description();
  const auto group = host.create("iris-1", kLimits);
  ASSERT_TRUE(group) << group.error().message;
  ASSERT_EQ(group->folders().size(), 1U);
  const fs::path& made = group->folders().front();
  EXPECT_EQ(made.parent_path().parent_path(), places_.mounts / "service");
  EXPECT_EQ(text_of(made / "memory.max"), "1048576");
  EXPECT_EQ(text_of(made / "pids.max"), "10");
  EXPECT_EQ(text_of(made / "cpu.max"), "50000 100000");
  ASSERT_TRUE(group->add(1234));
  EXPECT_EQ(text_of(made / "cgroup.procs"), "1234");
}

TEST_F(CgroupHostTest, GoesToTheRootWhereItsOwnGroupCannotHaveChildrenWithLimits) {
  have_v2("cpu memory pids");
  // What the kernel does to a group with processes: the file does not take the word.
  fs::remove(places_.mounts / "service/cgroup.subtree_control");
  CgroupHost host = detect();
  ASSERT_EQ(host.kind(), CgroupKind::v2) << host.description();
  const auto group = host.create("iris-1", kLimits);
  ASSERT_TRUE(group);
  EXPECT_EQ(group->folders().front().parent_path().parent_path(), places_.mounts);
}

TEST_F(CgroupHostTest, FallsBackToV1AndSaysWhy) {
  have_v1();
  write(places_.mounts / "cgroup.controllers", "hugetlb");
  CgroupHost host = detect();
  ASSERT_EQ(host.kind(), CgroupKind::v1) << host.description();
  EXPECT_NE(host.description().find("no memory controller of cgroup v2"), std::string::npos);
  const auto group = host.create("iris-1", kLimits);
  ASSERT_TRUE(group);
  ASSERT_EQ(group->folders().size(), 3U);
  EXPECT_EQ(text_of(group->folders()[0] / "memory.limit_in_bytes"), "1048576");
  EXPECT_EQ(text_of(group->folders()[1] / "pids.max"), "10");
  EXPECT_EQ(text_of(group->folders()[2] / "cpu.cfs_quota_us"), "50000");
  ASSERT_TRUE(group->add(1234));
  for (const fs::path& made : group->folders()) EXPECT_EQ(text_of(made / "cgroup.procs"), "1234");
}

TEST_F(CgroupHostTest, FallsBackToNoneAndSaysWhy) {
  CgroupHost host = detect();
  EXPECT_EQ(host.kind(), CgroupKind::none);
  EXPECT_NE(host.description().find("rlimits only"), std::string::npos);
  const auto group = host.create("iris-1", kLimits);
  ASSERT_FALSE(group);
  EXPECT_EQ(group.error().code, Code::unimplemented);
}

TEST_F(CgroupHostTest, CountsProcessesKilledForLackOfMemory) {
  have_v2("memory");
  CgroupHost host = detect();
  const auto group = host.create("iris-1", kLimits);
  ASSERT_TRUE(group);
  EXPECT_EQ(group->out_of_memory_kills(), 0U);
  write(group->folders().front() / "memory.events", "low 0\noom 2\noom_kill 3\n");
  EXPECT_EQ(group->out_of_memory_kills(), 3U);
}

TEST_F(CgroupHostTest, MakesNamesFitAndUnique) {
  have_v2("memory");
  CgroupHost host = detect();
  const auto one = host.create("../a b", kLimits);
  const auto two = host.create("../a b", kLimits);
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->folders().front().filename(), "___a_b-1");
  EXPECT_EQ(two->folders().front().filename(), "___a_b-2");
}

TEST_F(CgroupHostTest, RemovesWhatItMade) {
  have_v2("memory");
  {
    CgroupHost host = detect();
    const auto group = host.create("iris", kLimits);
    ASSERT_TRUE(group);
  }
  std::size_t left = 0;
  for (const auto& entry : fs::directory_iterator(places_.mounts / "service"))
    left += entry.is_directory() ? 1 : 0;
  EXPECT_EQ(left, 0U);
}

TEST_F(CgroupHostTest, RemovesLeftoversOfDeadGatewaysOnly) {
  have_v2("memory");
  FakeTree tree;
  const fs::path service = places_.mounts / "service";
  const fs::path dead = service / "glowplug-1-1";  // process 1 did not start at tick 1
  const fs::path alive = service / gateway_folder_name("/proc");
  const fs::path other = service / "glowplug-docs";
  for (const fs::path& folder : {dead, dead / "iris-1", alive, other})
    ASSERT_TRUE(tree.make(folder));
  const CgroupHost host = detect();
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_TRUE(fs::exists(alive));
  EXPECT_TRUE(fs::exists(other));
}

/// On the machine as it is: whatever was found must work.
TEST(CgroupHostHere, LimitsAChildOrSaysThatItCannot) {
  CgroupHost host = CgroupHost::detect({});
  if (host.kind() == CgroupKind::none) {
    EXPECT_NE(host.description().find("rlimits only"), std::string::npos);
    return;
  }
  fs::path folder;
  {
    auto group = host.create("test", {.memory_bytes = 64 << 20, .processes = 5, .cpus = 0});
    ASSERT_TRUE(group) << group.error().message;
    folder = group->folders().front();
    auto child = ChildProcess::spawn(
        {.arguments = {"/bin/sleep", "100"}, .environment = {}, .descriptors = {}});
    ASSERT_TRUE(child);
    ASSERT_TRUE(group->add(child->pid()));
    EXPECT_EQ(processes_in(folder), std::vector<pid_t>{child->pid()});
    group = host.create("other", {});  // the first one ends with what is in it
    const ExitStatus status = child->wait();
    EXPECT_TRUE(status.signaled) << status.describe();
  }
  EXPECT_FALSE(fs::exists(folder));
}

}  // namespace
}  // namespace glowplug::instances
