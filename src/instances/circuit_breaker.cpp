#include "instances/circuit_breaker.h"

#include <algorithm>

namespace glowplug::instances {
namespace {

Duration doubled(Duration first, std::size_t times, Duration most) {
  constexpr std::size_t kMostDoublings = 20;
  return std::min<Duration>(first * (std::int64_t{1} << std::min(times, kMostDoublings)), most);
}

}  // namespace

void CircuitBreaker::failed(Time now, Error why, Failure kind) {
  ++failures_;
  last_ = std::move(why);
  const bool opens = open() || kind == Failure::certain || failures_ >= policy_.failures_to_open;
  if (opens) {
    retry_at_ = now + doubled(policy_.open_delay, times_opened_, policy_.most_delay);
    ++times_opened_;
  } else {
    retry_at_ = now + doubled(policy_.first_delay, failures_ - 1, policy_.most_delay);
  }
}

void CircuitBreaker::succeeded() {
  failures_ = 0;
  times_opened_ = 0;
  retry_at_ = Time::min();
}

Result<void> CircuitBreaker::health(Time now) const {
  if (!open() || may_try(now)) return {};
  Error error = last_;
  error.code = Code::unavailable;
  return error;
}

}  // namespace glowplug::instances
