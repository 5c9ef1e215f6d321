// kill -9 before every step of add, remove and collect.
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/file.h"
#include "bundle/testing/small_bundle.h"
#include "store/store.h"
#include "store/testing/step_killer.h"

namespace glowplug::store {
namespace {

namespace fs = std::filesystem;
using bundle::Checks;
using bundle::testing::make_small_bundle;
using testing::Killed;
using testing::run_and_kill_before;

/// In memory where the machine has such a place: SIGKILL loses nothing that was written, synced or
/// not, so the kind of disk changes nothing but the time.
fs::path fast_folder() { return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : fs::path(); }

class StoreKilled : public ::testing::Test {
 protected:
  void SetUp() override {
    make_small_bundle(one(), "one");
    make_small_bundle(two(), "two");
  }
  [[nodiscard]] fs::path home() const { return folder_.path() / "home"; }
  [[nodiscard]] fs::path one() const { return folder_.path() / "one.glow"; }
  [[nodiscard]] fs::path two() const { return folder_.path() / "two.glow"; }

  /// Whatever happened before, all that is there is whole, and the store works on.
  void expect_sound(std::uint64_t step) {
    auto store = Store::open(home());
    ASSERT_TRUE(store) << "step " << step << ": " << store.error().message;
    EXPECT_TRUE(fs::is_empty(home() / "incoming")) << "step " << step;
    for (const auto& entry : fs::directory_iterator(home() / "bundles"))
      EXPECT_TRUE(bundle::Bundle::open(entry.path(), Checks::hashes)) << "step " << step;
    const auto functions = store->functions();
    ASSERT_TRUE(functions) << "step " << step;
    for (const Function& function : *functions) {
      EXPECT_TRUE(store->resolve(function.name)) << "step " << step;
      for (const Version& version : function.versions)
        EXPECT_TRUE(fs::exists(home() / "bundles" / version.digest)) << "step " << step;
    }
    const auto again = store->add(one(), "after");
    ASSERT_TRUE(again) << "step " << step << ": " << again.error().message;
    EXPECT_TRUE(bundle::Bundle::open(again->folder, Checks::hashes)) << "step " << step;
    ASSERT_TRUE(store->remove("after"));
  }
  TemporaryFolder folder_ = *TemporaryFolder::create(fast_folder());
};

TEST_F(StoreKilled, AnAddIsThereWhollyOrNotAtAll) {
  std::uint64_t killed_at = 0;
  for (std::uint64_t step = 1;; ++step) {
    fs::remove_all(home());
    const Killed killed = run_and_kill_before(step, [&](const auto& report) {
      auto store = Store::open(home());
      if (store && store->add(one(), "small")) report('a');
    });
    if (!killed.finished) killed_at = step;
    const bool is_acknowledged = killed.reported == "a";
    {
      const auto store = Store::open(home());
      ASSERT_TRUE(store) << "step " << step << ": " << store.error().message;
      EXPECT_TRUE(!is_acknowledged || store->resolve("small")) << "step " << step;
    }
    expect_sound(step);
    if (killed.finished) {
      EXPECT_TRUE(is_acknowledged);
      break;
    }
  }
  EXPECT_GE(killed_at, 100U);
}

TEST_F(StoreKilled, NothingAcknowledgedIsLostByTheRestOfTheCalls) {
  constexpr std::uint64_t kStride = 5;  // some 300 steps; each fifth finds what each would
  std::uint64_t killed_at = 0;
  for (std::uint64_t step = 1;; step += kStride) {
    fs::remove_all(home());
    {
      auto store = Store::open(home());
      ASSERT_TRUE(store);
      ASSERT_TRUE(store->add(one(), "small"));
    }
    const Killed killed = run_and_kill_before(step, [&](const auto& report) {
      auto store = Store::open(home());
      if (!store) return;
      if (store->add(two(), "small")) report('2');
      if (store->set_alias("small", "old", "1")) report('o');
      if (store->remove_alias("small", "old")) report('-');
      if (store->remove("small", "1")) report('r');
      if (store->collect_garbage()) report('c');
    });
    if (!killed.finished) killed_at = step;
    {
      const auto store = Store::open(home());
      ASSERT_TRUE(store) << "step " << step;
      const auto has = [&](char what) { return killed.reported.find(what) != std::string::npos; };
      EXPECT_TRUE(!has('2') || store->resolve("small")->version == "2") << "step " << step;
      EXPECT_TRUE(!has('-') || !store->resolve("small", "old")) << "step " << step;
      EXPECT_TRUE(!has('r') || !store->resolve("small", "1")) << "step " << step;
      EXPECT_TRUE(!has('c') || store->garbage()->empty()) << "step " << step;
      EXPECT_TRUE(store->resolve("small")) << "step " << step;
    }
    expect_sound(step);
    if (killed.finished) {
      EXPECT_EQ(killed.reported, "2o-rc");
      break;
    }
  }
  EXPECT_GE(killed_at, 200U);
}

}  // namespace
}  // namespace glowplug::store
