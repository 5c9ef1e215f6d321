#include "instances/template_budget.h"

#include <gtest/gtest.h>

#include <array>
#include <optional>

namespace glowplug::instances {
namespace {

IdleTemplate used_at(int second, std::uint64_t bytes) { return {bytes, Time{} + seconds(second)}; }

TEST(TemplatesToEvict, TakesNoneWithinTheBudget) {
  const std::array idle{used_at(1, 40), used_at(2, 60)};
  EXPECT_TRUE(templates_to_evict(idle, 100).empty());
}

TEST(TemplatesToEvict, TakesTheLongestUnusedFirstAndNoMoreThanNeeded) {
  const std::array idle{used_at(3, 50), used_at(1, 50), used_at(2, 50)};
  EXPECT_EQ(templates_to_evict(idle, 100), (std::vector<std::size_t>{1}));
  EXPECT_EQ(templates_to_evict(idle, 60), (std::vector<std::size_t>{1, 2}));
}

TEST(TemplatesToEvict, TakesAllWhenNoneFits) {
  const std::array idle{used_at(3, 50), used_at(1, 50)};
  EXPECT_EQ(templates_to_evict(idle, 0).size(), 2U);
}

TEST(TemplateBudget, EvictsAnotherFunctionsTemplateForANewOne) {
  TemplateBudget budget(100);
  int first_evicted = 0;
  int second_evicted = 0;
  const auto first = budget.idle(used_at(1, 70), [&] { ++first_evicted; });
  const auto second = budget.idle(used_at(2, 70), [&] { ++second_evicted; });
  EXPECT_EQ(first_evicted, 1);
  EXPECT_EQ(second_evicted, 0);
  EXPECT_EQ(budget.used_bytes(), 70U);
}

TEST(TemplateBudget, DoesNotCountATemplateThatWorksAgain) {
  TemplateBudget budget(100);
  int evicted = 0;
  std::optional place(budget.idle(used_at(1, 70), [&] { ++evicted; }));
  place.reset();
  const auto other = budget.idle(used_at(2, 70), [&] { ++evicted; });
  EXPECT_EQ(evicted, 0);
}

TEST(TemplateBudget, LetsTheEvictedGiveItsPlaceBackInTheCall) {
  TemplateBudget budget(100);
  std::optional<TemplateBudget::Place> first;
  first = budget.idle(used_at(1, 70), [&] { first.reset(); });
  const auto second = budget.idle(used_at(2, 70), [] {});
  EXPECT_FALSE(first.has_value());
  EXPECT_EQ(budget.used_bytes(), 70U);
}

}  // namespace
}  // namespace glowplug::instances
