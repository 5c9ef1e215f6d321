#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "base/loop.h"
#include "base/time.h"

namespace glowplug::front::http {

/// The timers of a loop, by the time when they are due; those of one time in the order they came
/// in. One thread.
class Alarms {
 public:
  Alarms() = default;
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  /// The handle takes it back, also from inside `expired`. It must not outlive *this.
  [[nodiscard]] Loop::Handle add(Time when, std::function<void()> expired);
  [[nodiscard]] std::optional<Time> next() const;
  /// Takes the first that is due at `now`; empty: there is none.
  [[nodiscard]] std::function<void()> take_due(Time now);

 private:
  class Alarm;
  std::multimap<Time, Alarm*> by_time_;
};

}  // namespace glowplug::front::http
