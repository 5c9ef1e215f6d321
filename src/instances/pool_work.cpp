// Batches in and out.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "instances/pool_body.h"

namespace glowplug::instances {
Pool::Body::Tally Pool::Body::tally() const {
  Tally tally;
  for (const auto& instance : slots_) {
    if (instance->state() == InstanceState::absent) continue;
    ++tally.not_absent;
    tally.in_flight += static_cast<std::uint32_t>(instance->in_flight());
    if (!instance->alive()) continue;
    ++tally.alive;
    if (instance->in_flight() == 0) ++tally.unoccupied;
    if (instance->in_flight() == 1 && !instance->waits_for_fork()) ++tally.with_room_behind;
  }
  return tally;
}

bool Pool::Body::can_fork() const { return link_ && link_->ready() && breaker_.may_try(now()); }

scale::PlacementChoice Pool::Body::placement(const Tally& tally) const {
  return {.any_alive = tally.alive > 0,
          .unoccupied = tally.unoccupied > 0,
          .may_start =
              tally.alive < options_.settings.max_instances && (tally.alive == 0 || can_fork()),
          .room_behind = tally.with_room_behind > 0,
          .run_time = run_time_.mean(),
          .start_time = start_time_.mean()};
}

/// An open circuit concerns only starts: what lives goes on answering.
Result<void> Pool::Body::health() const {
  const bool any_process = std::any_of(slots_.begin(), slots_.end(), [](const auto& instance) {
    return instance->alive() && instance->has_process();
  });
  return any_process ? Result<void>() : breaker_.health(now());
}

/// Counts what `instance_for_batch` would find, one batch after another. While nothing can be
/// started every batch is taken, to be refused.
std::size_t Pool::Body::free_batches() const {
  if (!health()) return 1;
  const Tally counted = tally();
  const scale::PlacementChoice choice = placement(counted);
  const bool long_run = choice.run_time > choice.start_time;
  std::size_t free = counted.unoccupied;
  if (!long_run) free += counted.with_room_behind;
  if (choice.may_start) {
    const bool many = long_run && can_fork();
    free += many ? options_.settings.max_instances - counted.alive
                 : static_cast<std::size_t>(counted.alive == 0);
  }
  return free;
}

std::size_t Pool::Body::idle_instances() const { return tally().unoccupied; }

void Pool::Body::submit(front::Batch batch) {
  GLOWPLUG_CHECK(!batch.items.empty());
  if (auto well = health(); !well) return answer_later(std::move(batch), well.error());
  const auto instance = instance_for_batch();
  if (!instance) return answer_later(std::move(batch), instance.error());
  if (auto put = (*instance)->put(batch, next_sequence_++, now()); !put)
    return answer_later(std::move(batch), put.error());
  last_used_ = now();
  // A reply to the batch before this one may be there already.
  if (!(*instance)->ring().prepare_to_sleep()) post(&Body::take_replies);
  settle();
}

/// Errors: unavailable; instance_lost when there was room a moment ago, while the circuit was open:
/// the queue takes the batch back.
Result<Instance*> Pool::Body::instance_for_batch() {
  const Tally counted = tally();
  // What a kept template saves is one start for each time that the function wakes, however many
  // requests follow.
  if (counted.alive == 0) wakes_.used(now());
  switch (scale::place_batch(placement(counted))) {
    case scale::Placement::unoccupied:
      return best_unoccupied();
    case scale::Placement::new_instance:
      return ask_for_instance();
    case scale::Placement::behind:
      return with_room_behind();
    case scale::Placement::nowhere:
      break;
  }
  return Error{Code::instance_lost, "no instance is free", {}};
}

/// The one that worked last: its pages are still in the caches, and the others may leave. Then one
/// that lives, then one that is starting.
Instance* Pool::Body::best_unoccupied() {
  Instance* best = nullptr;
  const auto better = [](const Instance& a, const Instance& b) {
    const auto rank = [](const Instance& one) {
      if (one.state() == InstanceState::idle) return 2;
      return one.state() == InstanceState::parked ? 1 : 0;
    };
    if (rank(a) != rank(b)) return rank(a) > rank(b);
    return a.idle_since() > b.idle_since();
  };
  for (const auto& instance : slots_) {
    if (instance->unoccupied() && (best == nullptr || better(*instance, *best)))
      best = instance.get();
  }
  return best;
}

Instance* Pool::Body::with_room_behind() {
  const auto found = std::find_if(slots_.begin(), slots_.end(), [](const auto& instance) {
    return instance->alive() && instance->in_flight() == 1 && !instance->waits_for_fork();
  });
  return found == slots_.end() ? nullptr : found->get();
}

void Pool::Body::answer_later(front::Batch batch, const Error& error) {
  // `done` is never called from inside `submit`.
  auto kept = std::make_shared<front::Batch>(std::move(batch));
  parts_.loop.post([kept, error, alive = std::weak_ptr<bool>(alive_), this] {
    front::Batch::Outcome outcome;
    outcome.outputs = error;
    outcome.begun = false;
    kept->done(std::move(outcome));
    if (!alive.expired()) room();
  });
}

void Pool::Body::backlog(std::size_t batches, Duration oldest) {
  const bool grew = batches > 0 || waiting_batches_ > 0;
  waiting_batches_ = batches;
  oldest_waits_since_ = now() - oldest;
  if (grew) settle();
}

void Pool::Body::take_replies() {
  doorbell_.drain();
  std::vector<FinishedBatch> finished;
  for (std::size_t i = 0; i < slots_.size(); ++i) take_replies_of(*slots_[i], finished);
  if (finished.empty()) return;
  settle();
  hand_over(std::move(finished));
}

void Pool::Body::take_replies_of(Instance& instance, std::vector<FinishedBatch>& finished) {
  if (instance.in_flight() == 0) return;
  instance.ring().woke();
  do {
    auto taken = instance.take(now());
    if (!taken) {
      instance.kill(now(), taken.error().message);
      return;
    }
    if (!*taken) continue;
    learn_from_reply(instance);
    name_limit((*taken)->outcome.outputs);
    finished.push_back(std::move(**taken));
  } while (instance.in_flight() > 0 && !instance.ring().prepare_to_sleep());
}

/// The engine knows only that it got no memory.
void Pool::Body::name_limit(Result<std::vector<Tensor>>& outputs) const {
  if (outputs || outputs.error().code != Code::exhausted) return;
  Error error = outputs.error();
  error.message += "; " + memory_limit();
  outputs = std::move(error);
}

void Pool::Body::learn_from_reply(Instance& instance) {
  last_used_ = now();
  template_proven_ = true;
  if (!instance.take_first_reply()) return run_time_.saw(instance.last_run());
  breaker_.succeeded();
  if (!instance.cold_start()) return;
  note_cold_start(*instance.cold_start());
  // A reply may come before the template's word of the fork, with which it is logged then.
  if (instance.pid() != 0) log_cold_start(instance.pid(), *instance.cold_start());
}

void Pool::Body::note_cold_start(const ColdStart& start) {
  ++counts_.cold_starts;
  const Duration added =
      start.fork + start.attach + start.first_run + start.answer - run_time_.mean();
  start_time_.saw(std::max<Duration>(added, std::chrono::microseconds(100)));
  if (observer_ != nullptr) observer_->on_cold_start(start);
}

void Pool::Body::log_cold_start(pid_t pid, const ColdStart& start) {
  parts_.log.info("cold_start", "an instance was started for a request",
                  {{"function", options_.function},
                   {"pid", std::int64_t{pid}},
                   {"duration_ms", to_ms(start.total)},
                   {"ask_ms", to_ms(start.ask)},
                   {"fork_ms", to_ms(start.fork)},
                   {"attach_ms", to_ms(start.attach)},
                   {"first_run_ms", to_ms(start.first_run)},
                   {"answer_ms", to_ms(start.answer)},
                   {"template_ms", start.after_template ? to_ms(start.after_template->total) : 0}});
}

void Pool::Body::hand_over(std::vector<FinishedBatch> finished) {
  const std::weak_ptr<bool> alive = alive_;
  for (FinishedBatch& one : finished) one.batch.done(std::move(one.outcome));
  if (!alive.expired()) room();
}

void Pool::Body::room() {
  if (room_) room_();
}

}  // namespace glowplug::instances
