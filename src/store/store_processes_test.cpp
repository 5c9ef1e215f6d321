// What several processes, a full disk and a folder without write permission do to a store.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <set>

#include "base/file.h"
#include "base/testing/kill_process.h"
#include "bundle/testing/small_bundle.h"
#include "store/store.h"
#include "store/testing/child.h"

namespace glowplug::store {
namespace {

namespace fs = std::filesystem;
using bundle::Checks;
using bundle::testing::make_small_bundle;
using bundle::testing::overwrite;
using testing::end_of;
using testing::start_child;

class StoreProcesses : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  fs::path bundle(int number) const {
    const fs::path path = folder_.path() / (std::to_string(number) + ".glow");
    if (!fs::exists(path)) make_small_bundle(path, std::to_string(number));
    return path;
  }
  TemporaryFolder folder_ = *TemporaryFolder::create();
};

TEST_F(StoreProcesses, ManyAddAtOnce) {
  constexpr int kChildren = 8;
  constexpr int kBundles = 4;  // so that every digest is added by two at once
  for (int i = 0; i < kBundles; ++i) bundle(i);
  std::vector<pid_t> children;
  for (int i = 0; i < kChildren; ++i) {
    children.push_back(start_child([&, i] {
      auto store = Store::open(home());
      if (!store) return 1;
      return store->add(bundle(i % kBundles), "small") ? 0 : 2;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(end_of(child), 0);
  const auto store = Store::open(home());
  ASSERT_TRUE(store) << store.error().message;
  const auto functions = store->functions();
  ASSERT_EQ(functions->size(), 1U);
  std::set<std::string> versions;
  for (const Version& version : functions->front().versions) {
    versions.insert(version.version);
    EXPECT_TRUE(bundle::Bundle::open(home() / "bundles" / version.digest, Checks::hashes));
  }
  EXPECT_EQ(versions, (std::set<std::string>{"1", "2", "3", "4"}));
  EXPECT_TRUE(fs::is_empty(home() / "incoming"));
}

TEST_F(StoreProcesses, AddAndCollectAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    bundle(i);
    children.push_back(start_child([&, i] {
      auto store = Store::open(home());
      if (!store) return 1;
      for (int round = 0; round < 5; ++round) {
        const auto added = store->add(bundle(i), "small" + std::to_string(i));
        if (!added) return 2;
        if (!bundle::Bundle::open(added->folder, Checks::hashes)) return 3;
        if (!store->remove("small" + std::to_string(i))) return 4;
        if (!store->collect_garbage()) return 5;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(end_of(child), 0);
  auto store = Store::open(home());
  ASSERT_TRUE(store);
  ASSERT_TRUE(store->collect_garbage());
  EXPECT_TRUE(fs::is_empty(home() / "bundles"));
}

TEST_F(StoreProcesses, ALeaseOfAnotherProcessCountsUntilItIsKilled) {
  auto store = Store::open(home());
  ASSERT_TRUE(store);
  const auto added = store->add(bundle(0), "small");
  ASSERT_TRUE(added);
  ASSERT_TRUE(store->remove("small"));
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const pid_t child = start_child([&] {
    auto theirs = Store::open(home());
    if (!theirs) return 1;
    const auto lease = theirs->lease(added->digest);
    const char is_held = lease ? 'y' : 'n';
    if (::write(ends[1], &is_held, 1) != 1) return 2;
    ::pause();
    return 0;
  });
  char is_held = 0;
  ASSERT_EQ(::read(ends[0], &is_held, 1), 1);
  ASSERT_EQ(is_held, 'y');
  EXPECT_TRUE(store->collect_garbage()->front().in_use);
  EXPECT_TRUE(fs::exists(added->folder));
  kill_process(child);
  EXPECT_EQ(end_of(child), 128 + SIGKILL);
  EXPECT_FALSE(store->collect_garbage()->front().in_use);
  EXPECT_FALSE(fs::exists(added->folder));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(StoreProcesses, AFullDiskFailsTheAddAndNothingElse) {
  {
    auto store = Store::open(home());
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->add(bundle(0), "small"));
  }
  int refused = 0;
  for (const rlim_t limit : {0U, 500U, 900U, 4000U, 8000U, 20000U, 40000U, 80000U}) {
    const pid_t child = start_child([&] {
      ::signal(SIGXFSZ, SIG_IGN);  // the write then fails with EFBIG, as a full disk does
      const rlimit limits{limit, limit};
      if (::setrlimit(RLIMIT_FSIZE, &limits) != 0) return 9;
      auto store = Store::open(home());
      if (!store) return 1;
      const auto added = store->add(bundle(1), "small");
      return added ? 0 : 1;
    });
    const int code = end_of(child);
    ASSERT_TRUE(code == 0 || code == 1) << code;
    refused += code;
    auto store = Store::open(home());
    ASSERT_TRUE(store) << store.error().message;
    EXPECT_TRUE(fs::is_empty(home() / "incoming"));
    const auto live = store->resolve("small");
    ASSERT_TRUE(live) << live.error().message;
    EXPECT_EQ(live->version, code == 0 ? "2" : "1");
    EXPECT_TRUE(bundle::Bundle::open(live->folder, Checks::hashes));
    if (code == 0) break;
  }
  EXPECT_GE(refused, 3);
}

/// As a user who owns nothing here, so that permissions count for root's tests too.
int as_ordinary_user(const std::function<int()>& work) {
  constexpr uid_t kNobody = 65534;
  return end_of(start_child([&] {
    if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) return 90;
    return work();
  }));
}

TEST_F(StoreProcesses, AFolderThatCannotBeWrittenIsRead) {
  bundle(0);
  {
    auto store = Store::open(home());
    ASSERT_TRUE(store);
    ASSERT_TRUE(store->add(bundle(0), "small"));
  }
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(home().c_str(), 0555), 0);
  const int code = as_ordinary_user([&] {
    auto store = Store::open(home());
    if (!store || store->writable()) return 1;
    const auto live = store->resolve("small");
    if (!live || !bundle::Bundle::open(live->folder, Checks::hashes)) return 2;
    if (!store->lease(live->digest) || store->functions()->size() != 1) return 3;
    const auto added = store->add(bundle(0), "other");
    if (added || added.error().code != Code::permission_denied) return 4;
    if (store->remove("small") || store->collect_garbage()) return 5;
    const auto none = Store::open(folder_.path() / "none");
    return none ? 6 : none.error().code == Code::permission_denied ? 0 : 7;
  });
  EXPECT_EQ(code, 0);
  ASSERT_EQ(::chmod(home().c_str(), 0700), 0);
}

TEST_F(StoreProcesses, AnEmptyFolderThatCannotBeWrittenIsNoStore) {
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  ASSERT_EQ(::mkdir(home().c_str(), 0555), 0);
  const int code = as_ordinary_user([&] {
    const auto store = Store::open(home());
    return !store && store.error().code == Code::permission_denied ? 0 : 1;
  });
  EXPECT_EQ(code, 0);
}

}  // namespace
}  // namespace glowplug::store
