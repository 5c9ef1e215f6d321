#include "front/http/alarm_clock.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

namespace glowplug::front::http {

AlarmClock::AlarmClock() : timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)) {}

void AlarmClock::set(Time when) {
  if (when >= set_to_) return;
  set_to_ = when;
  constexpr nanoseconds kLeast(1);  // zero would mean never
  const nanoseconds since = std::max<nanoseconds>(when.time_since_epoch(), kLeast);
  const auto whole = std::chrono::duration_cast<seconds>(since);
  itimerspec timer{};
  timer.it_value = {whole.count(), (since - whole).count()};
  std::ignore = ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &timer, nullptr);
}

void AlarmClock::expired() {
  std::uint64_t times = 0;
  std::ignore = ::read(timer_.get(), &times, sizeof times);
  set_to_ = Time::max();
  rang_ = true;
}

bool AlarmClock::take_expired() { return std::exchange(rang_, false); }

}  // namespace glowplug::front::http
