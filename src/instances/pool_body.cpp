// The pool's beginning and end, and what follows from every change.
#include "instances/pool_body.h"

#include <algorithm>
#include <utility>

#include "instances/memory_use.h"

namespace glowplug::instances {

Pool::Body::Body(const PoolParts& parts, PoolOptions options, PoolObserver* observer,
                 Doorbell doorbell)
    : parts_(parts),
      options_(std::move(options)),
      observer_(observer),
      doorbell_(std::move(doorbell)) {
  options_.spec.function = options_.function;
  options_.spec.version = options_.version;
  options_.spec.memory_bytes = options_.settings.memory_bytes;
  options_.spec.fork_ahead = forks_ahead(options_.settings, options_.spec.engine);
}

Result<void> Pool::Body::begin() {
  doorbell_watch_ =
      parts_.loop.watch_readable(doorbell_.listening_end(), [this] { take_replies(); });
  if (!doorbell_watch_)
    return Error{
        Code::exhausted, "the doorbell of " + options_.function + " cannot be watched", {}};
  look_at_schedule();
  settle();
  return {};
}

Pool::Body::~Body() {
  alive_.reset();
  std::vector<FinishedBatch> dropped;
  const Error gone{Code::unavailable, "the function is no longer served", {}};
  for (const auto& instance : slots_) {
    instance->kill(now(), gone.message);
    for (FinishedBatch& one : instance->lose(gone)) dropped.push_back(std::move(one));
  }
  for (FinishedBatch& one : dropped) one.batch.done(std::move(one.outcome));
}

void Pool::Body::post(void (Body::*task)()) {
  parts_.loop.post([this, task, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) (this->*task)();
  });
}

bool Pool::Body::in_use() const {
  return last_used_ && now() - *last_used_ < options_.settings.idle_timeout;
}

scale::InstanceLoad Pool::Body::load() const {
  const Tally counted = tally();
  return {.at_work = counted.alive - counted.unoccupied,
          .waiting_batches = waiting_batches_,
          .oldest_wait = waiting_batches_ > 0 ? now() - oldest_waits_since_ : Duration{0},
          .run_time = run_time_.mean(),
          .start_time = start_time_.mean(),
          .in_use = in_use()};
}

std::uint32_t Pool::Body::wanted_without_backlog() const {
  scale::InstanceLoad without = load();
  without.waiting_batches = 0;
  return scale::instances_wanted(
      without, {least_instances(), options_.settings.max_instances, options_.settings.parked});
}

/// More instances where the load is worth them. Without a template only least_instances start one:
/// a request that waits has an instance of its own that waits for it.
void Pool::Body::keep_enough() {
  if (draining_) return;
  const std::uint32_t alive = tally().alive;
  std::uint32_t wanted = least_instances();
  if (can_fork())
    wanted = scale::instances_wanted(
        load(), {wanted, options_.settings.max_instances, options_.settings.parked});
  for (std::uint32_t i = alive; i < wanted; ++i) {
    if (!ask_for_instance()) break;
  }
  if (alive < wanted && waiting_batches_ > 0)
    post(&Body::room);  // their rings take batches already
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
  if (tally().not_absent == 0) post(&Body::finish_drain);
}

/// Later, so that a batch that was lost meanwhile is back before.
void Pool::Body::finish_drain() {
  if (tally().not_absent > 0 || !drained_) return;
  stop_template();
  std::exchange(drained_, nullptr)();
}

bool Pool::Body::template_is_idle() const {
  return link_ && link_->ready() && tally().not_absent == 0;
}

/// An idle template takes part in the budget for idle templates once its size is known.
void Pool::Body::update_budget() {
  if (!template_is_idle()) return place_.reset();
  if (!place_ && !sizing_) measure_idle_template();
}

/// Now that no instance shares its pages. What it said of itself could be a lie, told to stay.
void Pool::Body::measure_idle_template() {
  sizing_ = true;
  const pid_t pid = link_->pid();
  const pid_t ahead = ahead_;
  parts_.keeper.run(
      parts_.loop, [pid, ahead] { return pss_of(pid) + pss_of_child(ahead, pid); },
      [this, pid, ahead, alive = std::weak_ptr<bool>(alive_)](std::uint64_t bytes) {
        if (alive.expired()) return;
        sizing_ = false;
        if (ahead != ahead_) return settle();  // once more
        if (link_ && link_->pid() == pid && bytes > 0) template_bytes_ = bytes;
        if (template_is_idle()) enter_budget();
      });
}

void Pool::Body::enter_budget() {
  auto place = parts_.budget.idle({wakes_.per_second(now()), template_cost_, template_bytes_,
                                   last_used_.value_or(template_asked_)},
                                  [this](const TemplateBudget::Eviction& why) { evicted(why); });
  if (link_) place_.emplace(std::move(place));
}

void Pool::Body::evicted(const TemplateBudget::Eviction& why) {
  ++counts_.templates_evicted;
  if (observer_ != nullptr) observer_->on_eviction(why.reason);
  parts_.log.info("template_evicted", "idle templates exceed their memory budget",
                  {{"function", options_.function},
                   {"reason", scale::name_of(why.reason)},
                   {"priority", why.priority},
                   {"clock", why.clock},
                   {"wakes_per_hour", 3600 * wakes_.per_second(now())},
                   {"start_ms", to_ms(template_cost_)},
                   {"memory_bytes", static_cast<std::int64_t>(template_bytes_)}});
  stop_template();
}

void Pool::Body::note_if_asleep() {
  if (draining_ || tally().not_absent > 0) return;
  parts_.log.info("asleep", "no instance is left", {{"function", options_.function}});
}

}  // namespace glowplug::instances
