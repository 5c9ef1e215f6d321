// What has to happen at a certain time.
#include <algorithm>
#include <utility>

#include "instances/pool_body.h"

namespace glowplug::instances {
namespace {

constexpr Duration kForkTimeout = seconds(10);         // of one fork: else the template hangs
constexpr Duration kEndToldWithin = milliseconds(20);  // the template's word how an instance ended
constexpr Duration kRingRetry = seconds(1);

}  // namespace

void Pool::Body::arm(Time when) {
  if (when >= timer_at_) return;
  timer_at_ = when;
  timer_ = parts_.loop.at(when, [this] { tick(); });
}

void Pool::Body::tick() {
  timer_at_ = Time::max();
  if (now() >= schedule_until_) look_at_schedule();
  for (std::size_t i = 0; i < slots_.size(); ++i) tick_instance(*slots_[i]);
  let_idle_leave();
  settle();
}

void Pool::Body::tick_instance(Instance& instance) {
  if (next_tick_of(instance) > now()) return;
  const FunctionSettings& settings = options_.settings;
  if (instance.state() == InstanceState::gone) {
    if (!instance.was_end_told()) {
      tell_end(instance, std::nullopt);
    } else {
      clear_with_new_ring(instance);
    }
  } else if (instance.waits_for_process()) {
    instance.orphan("it did not fork in time");
    link_->kill(instance.orphaned_because());
  } else if (instance.state() == InstanceState::leaving) {
    instance.kill(now(), "it did not leave when it was told to");
  } else if (now() >= instance.must_answer_by(settings.timeout, options_.kill_grace)) {
    instance.kill(now(), "it ran longer than its requests' deadline");
  }
}

/// When the oldest batch that waits will have waited for longer than an instance takes to start: no
/// event may come before that, if those that live are at a long run.
Time Pool::Body::next_worth_starting() const {
  if (waiting_batches_ == 0 || !can_fork()) return Time::max();
  if (tally().alive >= options_.settings.max_instances) return Time::max();
  const Time when = oldest_waits_since_ + start_time_.mean() + milliseconds(1);
  return when > now() ? when : Time::max();
}

/// When `tick_instance` has something to do.
Time Pool::Body::next_tick_of(const Instance& instance) const {
  switch (instance.state()) {
    case InstanceState::absent:
      return Time::max();
    case InstanceState::gone:
      if (!instance.was_end_told()) return instance.gone_since() + kEndToldWithin;
      return instance.has_process() ? Time::max() : instance.gone_since() + kRingRetry;
    case InstanceState::leaving:
      if (instance.waits_for_process()) break;
      return instance.killed_because().empty() && instance.orphaned_because().empty()
                 ? instance.leaving_since() + options_.leave_grace
                 : Time::max();
    default:
      break;
  }
  if (instance.waits_for_process()) {
    const bool expected = link_ && instance.orphaned_because().empty();
    return expected ? instance.fork_sent_at() + kForkTimeout : Time::max();
  }
  return instance.must_answer_by(options_.settings.timeout, options_.kill_grace);
}

void Pool::Body::let_idle_leave() {
  std::vector<Instance*> unoccupied;
  std::vector<Time> since;
  for (const auto& instance : slots_) {
    if (!instance->unoccupied() || instance->waits_for_process()) continue;
    unoccupied.push_back(instance.get());
    since.push_back(instance->idle_since());
  }
  const auto leaving = scale::instances_to_leave(since, now(), options_.settings.idle_timeout,
                                                 tally().alive, wanted_without_backlog());
  for (const std::size_t index : leaving) {
    Instance& instance = *unoccupied[index];
    if (instance.waits_for_fork()) {
      instance.clear();
    } else {
      instance.leave(now());
    }
  }
}

/// When the next one may leave; later than now, so that a timer set to it does not spin.
Time Pool::Body::next_idle_leave() const {
  const Duration timeout = options_.settings.idle_timeout;
  if (tally().alive <= least_instances()) return Time::max();
  Time next = Time::max();
  for (const auto& instance : slots_) {
    if (!instance->unoccupied()) continue;
    const Time leaves = instance->idle_since() + timeout;
    // Kept although it was idle for long enough: as a spare, until the function is out of use.
    next = std::min(next, leaves > now() ? leaves : now() + timeout);
    if (in_use()) next = std::min(next, *last_used_ + timeout);
  }
  return next;
}

Time Pool::Body::next_tick() const {
  Time next = std::min({next_idle_leave(), schedule_until_, next_worth_starting()});
  for (const auto& instance : slots_) {
    next = std::min(next, next_tick_of(*instance));
    if (instance->waits_for_fork() && breaker_.retry_at() > now())
      next = std::min(next, breaker_.retry_at());
  }
  if (warm_wanted_ && breaker_.retry_at() > now()) next = std::min(next, breaker_.retry_at());
  return next;
}

}  // namespace glowplug::instances
