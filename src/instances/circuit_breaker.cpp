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
  while (!failures_.empty() && failures_.front() + policy_.window < now) failures_.pop_front();
  failures_.push_back(now);
  last_ = std::move(why);
  const bool opens =
      open() || kind == Failure::certain || failures_.size() >= policy_.failures_to_open;
  if (opens) {
    retry_at_ = now + doubled(policy_.open_delay, times_opened_, policy_.most_delay);
    ++times_opened_;
  } else {
    retry_at_ = now + doubled(policy_.first_delay, failures_.size() - 1, policy_.most_delay);
  }
}

void CircuitBreaker::succeeded() {
  failures_.clear();
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
