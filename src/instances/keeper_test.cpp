#include "instances/keeper.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "instances/testing/step_loop.h"

namespace glowplug::instances {
namespace {

using testing::StepLoop;

TEST(Keeper, RunsChoresInTheirOrderOnItsOwnThread) {
  std::vector<int> order;
  std::thread::id where;
  {
    Keeper keeper;
    for (int i = 0; i < 100; ++i) keeper.run([&order, i] { order.push_back(i); });
    keeper.run([&where] { where = std::this_thread::get_id(); });
  }
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_NE(where, std::this_thread::get_id());
}

TEST(Keeper, GivesResultsToTheLoopsThread) {
  StepLoop loop;
  Keeper keeper;
  std::unique_ptr<int> got;
  std::thread::id where;
  keeper.run(
      loop, [] { return std::make_unique<int>(7); },
      [&](std::unique_ptr<int> result) {
        got = std::move(result);
        where = std::this_thread::get_id();
      });
  ASSERT_TRUE(loop.run_until([&] { return got != nullptr; }));
  EXPECT_EQ(*got, 7);
  EXPECT_EQ(where, std::this_thread::get_id());
}

TEST(Keeper, TakesChoresFromSeveralThreads) {
  int sum = 0;
  {
    Keeper keeper;
    std::vector<std::thread> givers;
    for (int i = 0; i < 4; ++i) {
      givers.emplace_back([&] {
        for (int k = 0; k < 250; ++k) keeper.run([&sum] { ++sum; });
      });
    }
    for (std::thread& giver : givers) giver.join();
  }
  EXPECT_EQ(sum, 1000);
}

}  // namespace
}  // namespace glowplug::instances
