#include "instances/template_budget.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace glowplug::instances {

std::vector<std::size_t> templates_to_evict(std::span<const IdleTemplate> idle,
                                            std::uint64_t budget_bytes) {
  std::vector<std::size_t> order(idle.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return idle[a].last_used < idle[b].last_used;
  });
  std::uint64_t used = 0;
  for (const IdleTemplate& one : idle) used += one.memory_bytes;
  std::vector<std::size_t> evicted;
  for (const std::size_t index : order) {
    if (used <= budget_bytes) break;
    used -= idle[index].memory_bytes;
    evicted.push_back(index);
  }
  return evicted;
}

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

TemplateBudget::Place TemplateBudget::idle(const IdleTemplate& idle_template,
                                           std::function<void()> evict) {
  const std::uint64_t number = next_++;
  entries_.push_back({number, idle_template, std::move(evict)});
  enforce();
  return {this, number};
}

std::uint64_t TemplateBudget::used_bytes() const {
  std::uint64_t used = 0;
  for (const Entry& entry : entries_) used += entry.idle.memory_bytes;
  return used;
}

void TemplateBudget::leave(std::uint64_t number) {
  std::erase_if(entries_, [number](const Entry& entry) { return entry.number == number; });
}

void TemplateBudget::enforce() {
  std::vector<IdleTemplate> idle;
  idle.reserve(entries_.size());
  for (const Entry& entry : entries_) idle.push_back(entry.idle);
  std::vector<Entry> evicted;
  for (const std::size_t index : templates_to_evict(idle, budget_bytes_))
    evicted.push_back(entries_[index]);
  for (const Entry& entry : evicted) leave(entry.number);
  for (const Entry& entry : evicted) entry.evict();
}

}  // namespace glowplug::instances
