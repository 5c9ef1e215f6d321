#pragma once
#include <cstddef>
#include <cstdint>

#include "base/result.h"
#include "base/time.h"

namespace glowplug::instances {

struct BreakerPolicy {
  std::size_t failures_to_open = 5;         ///< in a row
  Duration first_delay = milliseconds(10);  ///< before the second try; doubles with each failure
  Duration open_delay = seconds(1);  ///< before the first try of an open circuit; doubles as well
  Duration most_delay = seconds(30);
};

/// Decides when a function that does not start is tried again, and whether its requests are
/// refused until then. Time comes in as an argument.
///
/// closed: after a failure the next try waits for a delay that doubles; requests wait with it.
/// open: after `failures_to_open` failures in a row, or one that the next try would repeat (the
///       model was refused); requests are refused with the last error until the delay is over.
/// half open: then a try is let through; it closes the circuit, or opens it for longer.
class CircuitBreaker {
 public:
  enum class Failure { chance, certain };  ///< certain: the next try would fail the same way

  explicit CircuitBreaker(BreakerPolicy policy = {}) : policy_(policy) {}

  void failed(Time now, Error why, Failure kind);
  void succeeded();
  /// Whether a start may be tried now.
  [[nodiscard]] bool may_try(Time now) const { return now >= retry_at_; }
  /// The past while it is closed and nothing has failed.
  [[nodiscard]] Time retry_at() const { return retry_at_; }
  /// Errors: unavailable with the last failure's text and fix, while the circuit is open.
  [[nodiscard]] Result<void> health(Time now) const;
  /// Open or half open.
  [[nodiscard]] bool open() const { return times_opened_ > 0; }

 private:
  BreakerPolicy policy_;
  std::size_t failures_ = 0;  // in this row
  std::uint32_t times_opened_ = 0;
  Time retry_at_ = Time::min();
  Error last_;
};

}  // namespace glowplug::instances
