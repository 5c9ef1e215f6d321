#pragma once
#include <cstdint>
#include <functional>
#include <map>

#include "scale/greedy_dual.h"

namespace glowplug::instances {

/// The memory that templates without instances may keep, of all functions together. Who keeps it is
/// decided by scale::GreedyDual. On the loop's thread.
class TemplateBudget {
 public:
  using Eviction = scale::GreedyDual::Eviction;

  explicit TemplateBudget(std::uint64_t budget_bytes) : kept_(budget_bytes) {}
  TemplateBudget(const TemplateBudget&) = delete;
  TemplateBudget& operator=(const TemplateBudget&) = delete;

  /// A template's place in the budget: taken when it has gone idle, given back when destroyed.
  class Place {
   public:
    Place(Place&& other) noexcept;
    Place& operator=(Place&& other) noexcept;
    ~Place();

   private:
    friend class TemplateBudget;
    Place(TemplateBudget* budget, std::uint64_t number) : budget_(budget), number_(number) {}
    TemplateBudget* budget_;
    std::uint64_t number_;
  };
  using Evict = std::function<void(const Eviction&)>;
  /// Counts a template that has gone idle, then evicts what no longer fits: `evict` of those
  /// templates is called (perhaps this one's, before the call returns); their places count as given
  /// back. `evict` must not destroy its own place before this call returned.
  [[nodiscard]] Place idle(const scale::Keepable& idle_template, Evict evict);
  [[nodiscard]] std::uint64_t used_bytes() const { return kept_.used_bytes(); }

 private:
  void leave(std::uint64_t number);
  void enforce();

  scale::GreedyDual kept_;
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, Evict> evict_;  // of those in kept_
};

}  // namespace glowplug::instances
