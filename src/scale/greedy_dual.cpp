#include "scale/greedy_dual.h"

#include <algorithm>

#include "base/check.h"

namespace glowplug::scale {
namespace {

/// Seconds of waiting that a second of keeping it saves, for each MiB.
double worth(const Keepable& thing) {
  const double seconds_saved =
      thing.uses_per_second * std::chrono::duration<double>(thing.start_cost).count();
  const double mebibytes = static_cast<double>(std::max<std::uint64_t>(thing.memory_bytes, 1)) /
                           static_cast<double>(std::uint64_t{1} << 20);
  return seconds_saved / mebibytes;
}

}  // namespace

std::string_view name_of(EvictionReason reason) {
  return reason == EvictionReason::worth_least ? "worth_least" : "larger_than_budget";
}

void GreedyDual::enter(Key key, const Keepable& thing) {
  const Place place{clock_ + worth(thing), thing.last_used, key};
  const bool is_new = entries_.try_emplace(key, Entry{place, thing.memory_bytes}).second;
  GLOWPLUG_CHECK(is_new);
  order_.insert(place);
  used_bytes_ += thing.memory_bytes;
}

void GreedyDual::leave(Key key) {
  const auto found = entries_.find(key);
  if (found == entries_.end()) return;
  used_bytes_ -= found->second.memory_bytes;
  order_.erase(found->second.place);
  entries_.erase(found);
}

/// They go before others go for them, and say nothing about what memory is worth: the clock stays.
std::vector<GreedyDual::Eviction> GreedyDual::take_larger_than_budget() {
  std::vector<Eviction> evicted;
  for (const auto& [key, entry] : entries_) {
    if (entry.memory_bytes <= budget_bytes_) continue;
    evicted.push_back(
        {key, EvictionReason::larger_than_budget, std::get<double>(entry.place), clock_});
  }
  for (const Eviction& one : evicted) leave(one.key);
  return evicted;
}

std::vector<GreedyDual::Eviction> GreedyDual::shrink() {
  if (used_bytes_ <= budget_bytes_) return {};
  std::vector<Eviction> evicted = take_larger_than_budget();
  while (used_bytes_ > budget_bytes_) {
    const auto [priority, last_used, key] = *order_.begin();
    evicted.push_back({key, EvictionReason::worth_least, priority, clock_});
    clock_ = std::max(clock_, priority);
    leave(key);
  }
  return evicted;
}

}  // namespace glowplug::scale
