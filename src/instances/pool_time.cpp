// What has to happen at a certain time, and what follows from every change.
#include <algorithm>
#include <utility>

#include "instances/memory_use.h"
#include "instances/pool_body.h"

namespace glowplug::instances {
namespace {

constexpr Duration kForkTimeout = seconds(10);         // of one fork: else the template hangs
constexpr Duration kReportTimeout = milliseconds(20);  // the template's word how an instance ended
constexpr Duration kRingRetry = seconds(1);

}  // namespace

bool Pool::Body::in_use() const {
  return last_used_ && now() - *last_used_ < options_.settings.idle_timeout;
}

scale::InstanceLoad Pool::Body::load() const {
  const Tally counted = tally();
  const auto rows_a_batch =
      static_cast<std::size_t>(std::max<std::int64_t>(options_.signature.max_batch, 1));
  return {.at_work = counted.alive - counted.unoccupied,
          .waiting_batches = (waiting_rows_ + rows_a_batch - 1) / rows_a_batch,
          .oldest_wait = oldest_wait_,
          .run_time = run_time_.mean(),
          .start_time = start_time_.mean(),
          .in_use = in_use()};
}

std::uint32_t Pool::Body::wanted_without_backlog() const {
  scale::InstanceLoad without = load();
  without.waiting_batches = 0;
  return scale::instances_wanted(
      without,
      {options_.settings.min_instances, options_.settings.max_instances, options_.settings.parked});
}

/// More instances where the load is worth them. Without a template only min_instances start one:
/// a request that waits has an instance of its own that waits for it.
void Pool::Body::keep_enough() {
  if (draining_) return;
  const std::uint32_t alive = tally().alive;
  std::uint32_t wanted = options_.settings.min_instances;
  if (can_fork())
    wanted = scale::instances_wanted(
        load(), {wanted, options_.settings.max_instances, options_.settings.parked});
  for (std::uint32_t i = alive; i < wanted; ++i) {
    if (ask_for_instance() == nullptr) break;
  }
  if (alive < wanted && waiting_rows_ > 0) post(&Body::room);  // their rings take batches already
}

/// What follows from any change.
void Pool::Body::settle() {
  keep_enough();
  send_forks();
  if (draining_) drain_step();
  update_budget();
  arm(next_tick());
}

void Pool::Body::warm() {
  warm_wanted_ = !link_;
  settle();
}

void Pool::Body::drain(std::function<void()> drained) {
  draining_ = true;
  drained_ = std::move(drained);
  settle();
}

void Pool::Body::drain_step() {
  for (const auto& instance : slots_) {
    if (!instance->unoccupied()) continue;
    if (instance->waits_for_fork()) {
      instance->clear();
    } else {
      instance->leave(now());
    }
  }
  if (tally().not_absent > 0 || !drained_) return;
  stop_template();
  parts_.loop.post(std::exchange(drained_, nullptr));
}

/// An idle template takes part in the budget for idle templates from its last work on.
void Pool::Body::update_budget() {
  const bool idle = link_ && link_->ready() && tally().not_absent == 0;
  if (!idle) return place_.reset();
  if (place_) return;
  const IdleTemplate mine{template_bytes_, last_used_.value_or(template_asked_)};
  auto place = parts_.budget.idle(mine, [this] {
    ++counts_.templates_evicted;
    parts_.log.info("template_evicted", "idle templates exceed their memory budget",
                    {{"function", options_.function},
                     {"memory_bytes", static_cast<std::int64_t>(template_bytes_)}});
    stop_template();
  });
  if (link_) place_.emplace(std::move(place));
}

void Pool::Body::note_if_asleep() {
  if (draining_ || tally().not_absent > 0) return;
  parts_.log.info("asleep", "no instance is left", {{"function", options_.function}});
}

// --- the timer ----------------------------------------------------------------------------------

void Pool::Body::arm(Time when) {
  if (when >= timer_at_) return;
  timer_at_ = when;
  timer_ = parts_.loop.at(when, [this] { tick(); });
}

void Pool::Body::tick() {
  timer_at_ = Time::max();
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

/// When `tick_instance` has something to do.
Time Pool::Body::next_tick_of(const Instance& instance) const {
  switch (instance.state()) {
    case InstanceState::absent:
      return Time::max();
    case InstanceState::gone:
      if (!instance.was_end_told()) return instance.gone_since() + kReportTimeout;
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
      clear(instance);
    } else {
      instance.leave(now());
    }
  }
}

/// When the next one may leave; later than now, so that a timer set to it does not spin.
Time Pool::Body::next_idle_leave() const {
  const Duration timeout = options_.settings.idle_timeout;
  if (tally().alive <= options_.settings.min_instances) return Time::max();
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
  Time next = next_idle_leave();
  for (const auto& instance : slots_) {
    next = std::min(next, next_tick_of(*instance));
    if (instance->waits_for_fork() && breaker_.retry_at() > now())
      next = std::min(next, breaker_.retry_at());
  }
  if (warm_wanted_ && breaker_.retry_at() > now()) next = std::min(next, breaker_.retry_at());
  return next;
}

// --- figures ------------------------------------------------------------------------------------

PoolSnapshot Pool::Body::snapshot() const {
  PoolSnapshot figures;
  for (const auto& instance : slots_) {
    switch (instance->state()) {
      case InstanceState::absent:
      case InstanceState::gone:
        break;
      case InstanceState::starting:
        ++figures.instances.starting;
        break;
      case InstanceState::parked:
        ++figures.instances.parked;
        break;
      case InstanceState::idle:
        ++figures.instances.idle;
        break;
      case InstanceState::busy:
        ++figures.instances.busy;
        break;
      case InstanceState::leaving:
        ++figures.instances.leaving;
        break;
    }
  }
  figures.counts = counts_;
  figures.memory = memory_;
  figures.template_ready = link_ && link_->ready();
  return figures;
}

void Pool::Body::refresh_memory() {
  if (std::exchange(measuring_, true)) return;
  std::vector<pid_t> pids;
  for (const auto& instance : slots_) {
    if (instance->has_process() && instance->state() != InstanceState::gone)
      pids.push_back(instance->pid());
  }
  const pid_t template_pid = link_ ? link_->pid() : 0;
  parts_.keeper.run(
      parts_.loop,
      [pids, template_pid] {
        PoolMemory memory;
        if (template_pid > 0) memory.template_pss_bytes = pss_of(template_pid);
        for (const pid_t pid : pids) memory.instances_pss_bytes += pss_of(pid);
        return memory;
      },
      [this, alive = std::weak_ptr<bool>(alive_)](PoolMemory memory) {
        if (alive.expired()) return;
        memory_ = memory;
        measuring_ = false;
      });
}

}  // namespace glowplug::instances
