#include "front/http/busy_poll.h"

#include <algorithm>

namespace glowplug::front::http {

Duration BusyPoll::budget() {
  looked_ = false;
  if (last_ > kNear || singles_ < kSingles) return Duration(0);
  if (rests_left_ > 0) {
    --rests_left_;
    return Duration(0);
  }
  looked_ = true;
  return kLook;
}

void BusyPoll::waited(Duration took, int events, bool found) {
  last_ = took;
  singles_ = events > 1 ? 0 : std::min(singles_ + 1, kSingles);
  if (!looked_) return;
  rests_ = found ? 0 : std::clamp(rests_ * 2, 1U, kMostRests);
  rests_left_ = rests_;
}

}  // namespace glowplug::front::http
