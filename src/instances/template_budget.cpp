#include "instances/template_budget.h"

#include <utility>
#include <vector>

namespace glowplug::instances {

TemplateBudget::Place::Place(Place&& other) noexcept
    : budget_(std::exchange(other.budget_, nullptr)), number_(other.number_) {}

TemplateBudget::Place& TemplateBudget::Place::operator=(Place&& other) noexcept {
  std::swap(budget_, other.budget_);
  std::swap(number_, other.number_);
  return *this;
}

TemplateBudget::Place::~Place() {
  if (budget_ != nullptr) budget_->leave(number_);
}

TemplateBudget::Place TemplateBudget::idle(const scale::Keepable& idle_template, Evict evict) {
  const std::uint64_t number = next_++;
  kept_.enter(number, idle_template);
  evict_.emplace(number, std::move(evict));
  enforce();
  return {this, number};
}

void TemplateBudget::leave(std::uint64_t number) {
  kept_.leave(number);
  evict_.erase(number);
}

/// All are out before the first is told: it may give its place back meanwhile.
void TemplateBudget::enforce() {
  std::vector<std::pair<Eviction, Evict>> told;
  for (const Eviction& eviction : kept_.shrink()) {
    auto node = evict_.extract(eviction.key);
    told.emplace_back(eviction, std::move(node.mapped()));
  }
  for (const auto& [eviction, evict] : told) evict(eviction);
}

}  // namespace glowplug::instances
