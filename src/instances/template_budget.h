#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "base/time.h"

namespace glowplug::instances {

/// A template without instances, as the decision about eviction sees it.
struct IdleTemplate {
  std::uint64_t memory_bytes = 0;
  Time last_used;
};

/// Which of `idle` have to go so that the rest fits into `budget_bytes`: indexes, longest unused
/// first. Pure.
[[nodiscard]] std::vector<std::size_t> templates_to_evict(std::span<const IdleTemplate> idle,
                                                          std::uint64_t budget_bytes);

/// The memory that idle templates of all functions may keep. On the loop's thread.
class TemplateBudget {
 public:
  explicit TemplateBudget(std::uint64_t budget_bytes) : budget_bytes_(budget_bytes) {}
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
  /// Counts a template that has gone idle, then evicts what no longer fits: `evict` of those
  /// templates is called (perhaps this one's, before the call returns); their places count as given
  /// back. `evict` must not destroy its own place before this call returned.
  [[nodiscard]] Place idle(const IdleTemplate& idle_template, std::function<void()> evict);
  [[nodiscard]] std::uint64_t used_bytes() const;

 private:
  struct Entry {
    std::uint64_t number = 0;
    IdleTemplate idle;
    std::function<void()> evict;
  };
  void leave(std::uint64_t number);
  void enforce();

  std::uint64_t budget_bytes_;
  std::uint64_t next_ = 1;
  std::vector<Entry> entries_;
};

}  // namespace glowplug::instances
