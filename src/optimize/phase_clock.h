#pragma once
#include <utility>
#include <vector>

#include "base/time.h"
#include "optimize/export.h"

namespace glowplug::optimize {

/// Times the phases of an export and tells an observer.
class PhaseClock {
 public:
  explicit PhaseClock(const PhaseObserver& observer) : observer_(observer) {}

  /// Runs `work`, which returns a Result, as the phase `name`; which one took too long is said.
  template <class Work>
  auto run(std::string_view name, Work work) {
    tell({name, {}}, false);
    const Time start = Clock::now();
    auto result = work();
    if (!result && result.error().code == Code::deadline_exceeded)
      result = std::move(result).error().in(name);
    if (!result) return result;
    phases_.push_back({name, Clock::now() - start});
    tell(phases_.back(), true);
    return result;
  }
  [[nodiscard]] std::vector<Phase> take() { return std::move(phases_); }

 private:
  void tell(const Phase& phase, bool ended) const {
    if (observer_) observer_(phase, ended);
  }
  const PhaseObserver& observer_;
  std::vector<Phase> phases_;
};

}  // namespace glowplug::optimize
