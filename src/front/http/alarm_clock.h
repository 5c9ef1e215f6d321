#pragma once
#include "base/fd.h"
#include "base/time.h"

namespace glowplug::front::http {

/// A timer of the kernel as a descriptor that becomes readable. To set it costs a system call only
/// for a time before the one that it is set to: of a later one it is told when it rings too early.
class AlarmClock {
 public:
  AlarmClock();
  [[nodiscard]] int fd() const { return timer_.get(); }
  void set(Time when);
  /// To be called when fd() is readable.
  void expired();
  /// Whether it rang since the last call.
  [[nodiscard]] bool take_expired();

 private:
  UniqueFd timer_;
  Time set_to_ = Time::max();  // max(): to nothing
  bool rang_ = false;
};

}  // namespace glowplug::front::http
