#include "scale/keep_warm.h"

#include <algorithm>

namespace glowplug::scale {
namespace {

constexpr int kDay = 24 * 60;  // in minutes

bool begins_on(const KeepWarmWindow& window, unsigned day) {
  return (window.days >> day & 1U) != 0;
}

bool covers(const KeepWarmWindow& window, unsigned day, int minute) {
  const unsigned day_before = (day + 6) % 7;
  const bool overnight = window.end_minute <= window.begin_minute;
  const int end = window.end_minute + (overnight ? kDay : 0);
  const auto holds = [&](int at) { return at >= window.begin_minute && at < end; };
  return (begins_on(window, day) && holds(minute)) ||
         (begins_on(window, day_before) && holds(minute + kDay));
}

}  // namespace

std::uint32_t instances_at(const KeepWarm& schedule, const LocalMinute& when) {
  const unsigned day = when.day.iso_encoding() - 1;
  std::uint32_t most = 0;
  for (const KeepWarmWindow& window : schedule.windows) {
    if (covers(window, day, when.minute)) most = std::max(most, window.instances);
  }
  return most;
}

std::uint32_t most_instances(const KeepWarm& schedule) {
  std::uint32_t most = 0;
  for (const KeepWarmWindow& window : schedule.windows) most = std::max(most, window.instances);
  return most;
}

}  // namespace glowplug::scale
