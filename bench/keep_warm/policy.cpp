#include "policy.h"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace glowplug::bench {
namespace {

class GreedyDualPolicy final : public Policy {
 public:
  GreedyDualPolicy(std::uint64_t budget_bytes, std::size_t functions, Duration half_life)
      : kept_(budget_bytes), rates_(functions, scale::UseRate(half_life)) {}
  [[nodiscard]] std::string name() const override { return "greedy-dual"; }
  void woken(std::uint32_t function, Time now) override { rates_[function].used(now); }
  void idle(std::uint32_t function, const TracedFunction& about, Time last_used,
            Time now) override {
    kept_.enter(function, {rates_[function].per_second(now), about.start_cost, about.memory_bytes,
                           last_used});
  }
  void leave(std::uint32_t function) override { kept_.leave(function); }
  [[nodiscard]] std::vector<std::uint32_t> shrink() override {
    std::vector<std::uint32_t> gone;
    for (const auto& one : kept_.shrink()) gone.push_back(static_cast<std::uint32_t>(one.key));
    return gone;
  }

 private:
  scale::GreedyDual kept_;
  std::vector<scale::UseRate> rates_;
};

/// Evicts in the order of a number that each has when it goes idle, the least first.
class OrderedPolicy final : public Policy {
 public:
  using Rank = std::function<double(const TracedFunction&, Time last_used)>;
  OrderedPolicy(std::string name, std::uint64_t budget_bytes, Rank rank,
                std::optional<Duration> keep_alive)
      : name_(std::move(name)),
        budget_bytes_(budget_bytes),
        rank_(std::move(rank)),
        keep_alive_(keep_alive) {}
  [[nodiscard]] std::string name() const override { return name_; }
  void woken(std::uint32_t /*function*/, Time /*now*/) override {}
  void idle(std::uint32_t function, const TracedFunction& about, Time last_used,
            Time /*now*/) override {
    const auto place = std::tuple(rank_(about, last_used), function);
    order_.insert(place);
    kept_.emplace(function, Kept{place, about.memory_bytes});
    used_bytes_ += about.memory_bytes;
  }
  void leave(std::uint32_t function) override {
    const auto found = kept_.find(function);
    if (found == kept_.end()) return;
    used_bytes_ -= found->second.memory_bytes;
    order_.erase(found->second.place);
    kept_.erase(found);
  }
  [[nodiscard]] std::vector<std::uint32_t> shrink() override {
    std::vector<std::uint32_t> gone;
    while (used_bytes_ > budget_bytes_) {
      gone.push_back(std::get<1>(*order_.begin()));
      leave(gone.back());
    }
    return gone;
  }
  [[nodiscard]] std::optional<Duration> keep_alive() const override { return keep_alive_; }

 private:
  struct Kept {
    std::tuple<double, std::uint32_t> place;
    std::uint64_t memory_bytes = 0;
  };
  std::string name_;
  std::uint64_t budget_bytes_;
  Rank rank_;
  std::optional<Duration> keep_alive_;
  std::uint64_t used_bytes_ = 0;
  std::set<std::tuple<double, std::uint32_t>> order_;
  std::map<std::uint32_t, Kept> kept_;
};

}  // namespace

std::unique_ptr<Policy> make_greedy_dual(std::uint64_t budget_bytes, std::size_t functions,
                                         Duration half_life) {
  return std::make_unique<GreedyDualPolicy>(budget_bytes, functions, half_life);
}

std::unique_ptr<Policy> make_lru(std::uint64_t budget_bytes, std::optional<Duration> keep_alive) {
  const auto rank = [](const TracedFunction&, Time last_used) {
    return static_cast<double>(last_used.time_since_epoch().count());
  };
  return std::make_unique<OrderedPolicy>(keep_alive ? "keep-alive" : "lru", budget_bytes, rank,
                                         keep_alive);
}

std::unique_ptr<Policy> make_largest_first(std::uint64_t budget_bytes) {
  const auto rank = [](const TracedFunction& about, Time) {
    return -static_cast<double>(about.memory_bytes);
  };
  return std::make_unique<OrderedPolicy>("largest-first", budget_bytes, rank, std::nullopt);
}

}  // namespace glowplug::bench
