#include "instances/template_budget.h"

#include <gtest/gtest.h>

#include <optional>

namespace glowplug::instances {
namespace {

scale::Keepable used_at(int second, std::uint64_t bytes, double uses_per_second = 0) {
  return {uses_per_second, milliseconds(100), bytes, Time{} + seconds(second)};
}

TEST(TemplateBudget, EvictsAnotherFunctionsTemplateForANewOne) {
  TemplateBudget budget(100);
  int first_evicted = 0;
  int second_evicted = 0;
  const auto first = budget.idle(used_at(1, 70), [&](const auto&) { ++first_evicted; });
  const auto second = budget.idle(used_at(2, 70), [&](const auto&) { ++second_evicted; });
  EXPECT_EQ(first_evicted, 1);
  EXPECT_EQ(second_evicted, 0);
  EXPECT_EQ(budget.used_bytes(), 70U);
}

TEST(TemplateBudget, KeepsTheOneThatIsNeededMore) {
  TemplateBudget budget(100);
  int busy_evicted = 0;
  std::optional<TemplateBudget::Eviction> told;
  const auto busy = budget.idle(used_at(1, 70, 2), [&](const auto&) { ++busy_evicted; });
  const auto rare = budget.idle(used_at(2, 70, 1), [&](const auto& why) { told = why; });
  EXPECT_EQ(busy_evicted, 0);
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->reason, scale::EvictionReason::worth_least);
  EXPECT_GT(told->priority, 0);
}

TEST(TemplateBudget, SaysThatATemplateIsLargerThanTheBudget) {
  TemplateBudget budget(100);
  std::optional<TemplateBudget::Eviction> told;
  const auto large = budget.idle(used_at(1, 101), [&](const auto& why) { told = why; });
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->reason, scale::EvictionReason::larger_than_budget);
}

TEST(TemplateBudget, DoesNotCountATemplateThatWorksAgain) {
  TemplateBudget budget(100);
  int evicted = 0;
  std::optional place(budget.idle(used_at(1, 70), [&](const auto&) { ++evicted; }));
  place.reset();
  const auto other = budget.idle(used_at(2, 70), [&](const auto&) { ++evicted; });
  EXPECT_EQ(evicted, 0);
}

TEST(TemplateBudget, LetsTheEvictedGiveItsPlaceBackInTheCall) {
  TemplateBudget budget(100);
  std::optional<TemplateBudget::Place> first;
  first = budget.idle(used_at(1, 70), [&](const auto&) { first.reset(); });
  const auto second = budget.idle(used_at(2, 70), [](const auto&) {});
  EXPECT_FALSE(first.has_value());
  EXPECT_EQ(budget.used_bytes(), 70U);
}

}  // namespace
}  // namespace glowplug::instances
