#pragma once
#include <cstdint>

#include "base/time.h"

namespace glowplug::front::http {

/// Decides how long a wait looks for events again and again before the thread sleeps. To be woken
/// on another CPU costs an interrupt and, in a virtual machine, an exit of the idle CPU: tens of
/// microseconds, more than most of the requests here. Where something came soon after the last wait
/// began it is worth looking; where looking was in vain the next waits sleep at once, twice as many
/// each time. So an idle loop costs nothing, and one that is asked more rarely than every
/// `kNear` looks at no time. Where several things are there at once nobody waits for this thread
/// to wake, and others have better use for the CPU. The idea is that of Linux's cpuidle governor
/// haltpoll. One thread.
class BusyPoll {
 public:
  static constexpr Duration kLook = std::chrono::microseconds(50);
  /// A wait that ended sooner is followed by one that looks; longer than kLook, since a client that
  /// has to be woken, too, takes longer than one that was never let asleep.
  static constexpr Duration kNear = std::chrono::microseconds(200);
  static constexpr std::uint32_t kSingles = 8;  ///< waits for one thing each before one that looks
  static constexpr std::uint32_t kMostRests = 1024;  ///< waits without looking after one in vain

  /// How long the wait that begins now may look: kLook or 0.
  [[nodiscard]] Duration budget();
  /// How long it took until there was something, how many events that was, and whether looking
  /// found them.
  void waited(Duration took, int events, bool found);

 private:
  Duration last_ = Duration::max();
  bool looked_ = false;
  std::uint32_t singles_ = 0;
  std::uint32_t rests_left_ = 0;
  std::uint32_t rests_ = 0;  // after the last look that was in vain
};

}  // namespace glowplug::front::http
