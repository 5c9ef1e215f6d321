#pragma once
#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/time.h"

namespace glowplug::scale {

/// Of the rate at which a template is needed: bench/keep_warm finds 6 h and a day alike, an hour up
/// to 6 % and 10 minutes up to 16 % more cold starts.
inline constexpr Duration kTemplateUseHalfLife = std::chrono::hours(6);

/// How often something is used: a count in which a use weighs half after `half_life` and a quarter
/// after twice that, so that what was busy once is forgotten. Pure; times do not go back.
class UseRate {
 public:
  explicit UseRate(Duration half_life) : half_life_(half_life) {}

  void used(Time now) {
    count_ = count_at(now) + 1;
    last_ = now;
  }
  /// Uses a second. Exact in the mean for uses at random moments of a steady rate.
  [[nodiscard]] double per_second(Time now) const {
    return count_at(now) * std::numbers::ln2 / std::chrono::duration<double>(half_life_).count();
  }

 private:
  [[nodiscard]] double count_at(Time now) const {
    if (count_ == 0) return 0;
    const Duration age = std::max(now - last_, Duration(0));
    return count_ *
           std::exp2(-static_cast<double>(age.count()) / static_cast<double>(half_life_.count()));
  }

  Duration half_life_;
  double count_ = 0;  // as it was at last_
  Time last_;
};

}  // namespace glowplug::scale
