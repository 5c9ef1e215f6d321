#include "scale/instance_count.h"

#include <algorithm>
#include <numeric>

namespace glowplug::scale {
namespace {

/// Instances that the waiting batches are worth: as many as bring their wait down to a start's.
std::uint64_t worth_starting(const InstanceLoad& load) {
  if (load.waiting_batches == 0) return 0;
  const auto start = std::max<std::int64_t>(load.start_time.count(), 1);
  const auto backlog = static_cast<double>(load.waiting_batches) *
                       static_cast<double>(load.run_time.count()) / static_cast<double>(start);
  const auto by_backlog = static_cast<std::uint64_t>(std::min(backlog, 1e6));
  const std::uint64_t by_wait = load.oldest_wait > load.start_time ? 1 : 0;
  return std::min<std::uint64_t>(std::max(by_backlog, by_wait), load.waiting_batches);
}

}  // namespace

std::uint32_t instances_wanted(const InstanceLoad& load, const InstancePolicy& policy) {
  const std::uint64_t spare =
      std::max<std::uint64_t>(worth_starting(load), load.in_use ? policy.parked : 0U);
  const std::uint64_t wanted = std::max<std::uint64_t>(load.at_work + spare, policy.min_instances);
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, policy.max_instances));
}

Placement place_batch(const PlacementChoice& choice) {
  if (choice.unoccupied) return Placement::unoccupied;
  const bool long_run = choice.run_time > choice.start_time;
  if (choice.may_start && (long_run || !choice.any_alive)) return Placement::new_instance;
  if (choice.room_behind && !long_run) return Placement::behind;
  return Placement::nowhere;
}

std::vector<std::size_t> instances_to_leave(std::span<const Time> idle_since, Time now,
                                            Duration idle_timeout, std::uint32_t alive,
                                            std::uint32_t keep) {
  std::vector<std::size_t> order(idle_since.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return idle_since[a] < idle_since[b]; });
  std::erase_if(order, [&](std::size_t i) { return now - idle_since[i] < idle_timeout; });
  const std::size_t may_go = alive > keep ? alive - keep : 0;
  order.resize(std::min(order.size(), may_go));
  return order;
}

}  // namespace glowplug::scale
