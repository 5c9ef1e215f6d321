// Instances come and go.
#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/units.h"
#include "instances/pool_body.h"

namespace glowplug::instances {
namespace {

/// How it ended, if it is a child of ours: where the gateway is the reaper of orphans (process 1 of
/// a container) instances become its children when their template dies.
std::optional<ExitStatus> reap_orphan(int pidfd) {
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0 ||
      info.si_pid == 0)
    return std::nullopt;
  return ExitStatus{info.si_code != CLD_EXITED, info.si_status};
}

Error no_start() { return Error{Code::instance_lost, "its instance could not be started", {}}; }

}  // namespace

Instance* Pool::Body::slot_at(std::uint32_t slot) {
  return slot < slots_.size() ? slots_[slot].get() : nullptr;
}

Result<Instance*> Pool::Body::absent_slot() {
  for (const auto& instance : slots_) {
    if (instance->state() == InstanceState::absent) return instance.get();
  }
  GLOWPLUG_ASSIGN(auto ring, GatewayRing::create(options_.ring));
  const auto number = static_cast<std::uint32_t>(slots_.size());
  slots_.push_back(std::make_unique<Instance>(number, options_.signature, std::move(ring)));
  return slots_.back().get();
}

/// Errors: unavailable (no descriptors for its ring).
Result<Instance*> Pool::Body::ask_for_instance() {
  const Time asked = now();
  auto slot = absent_slot();
  if (!slot)
    return Error{Code::unavailable, "no instance can be started: " + slot.error().message,
                 "raise the limit of open files (ulimit -n)"};
  place_.reset();
  (*slot)->ask(asked);
  return *slot;
}

/// Has those forked that wait for it, as soon as there is a template and the circuit lets it.
void Pool::Body::send_forks() {
  const auto waits = [](const auto& instance) { return instance->waits_for_fork(); };
  if (!warm_wanted_ && std::none_of(slots_.begin(), slots_.end(), waits)) return;
  if (!breaker_.may_try(now())) return;
  if (!link_) return start_template();
  if (!link_->ready()) return;
  warm_wanted_ = false;
  for (const auto& instance : slots_) {
    if (!instance->waits_for_fork()) continue;
    if (!send_fork(*instance)) return;  // the socket is full, or its end will be told soon
  }
}

Result<void> Pool::Body::send_fork(Instance& instance) {
  const std::uint32_t slot = instance.slot();
  if (ring_known_.size() <= slot) ring_known_.resize(slot + 1);
  if (!ring_known_[slot]) GLOWPLUG_TRY(link_->add_slot(slot, instance.ring()));
  ring_known_[slot] = true;
  GLOWPLUG_TRY(link_->fork(slot));
  instance.fork_sent(now(), template_start_);
  return {};
}

/// The circuit is open: what waits for a start is answered now.
void Pool::Body::refuse_waiting() {
  const auto well = health();
  // Where others still live the queue gives them the batch.
  const Error why = well ? no_start() : well.error();
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i]->waits_for_fork()) give_up(*slots_[i], why);
  }
}

void Pool::Body::give_up(Instance& instance, const Error& why) {
  for (FinishedBatch& one : instance.lose(why)) {
    answer_later(std::move(one.batch), why);
  }
  instance.clear();
}

void Pool::Body::on_forked(std::uint32_t slot, pid_t pid, UniqueFd pidfd) {
  Instance* instance = slot_at(slot);
  if (instance == nullptr || !instance->waits_for_process())
    return link_->kill(
        fmt::format("it reported an instance in slot {} that nobody asked for", slot));
  auto watch =
      parts_.loop.watch_readable(pidfd.get(), [this, instance] { process_ended(*instance); });
  const bool watched = watch != nullptr;
  ahead_ = 0;  // it is this one, or was ended
  ++counts_.forks;
  instance->forked(now(), pid, std::move(pidfd), std::move(watch));
  if (instance->cold_start()) log_cold_start(pid, *instance->cold_start());
  if (!instance->killed_because().empty()) instance->kill(now(), instance->killed_because());
  if (!watched) instance->kill(now(), "its end cannot be watched");
  settle();
}

void Pool::Body::on_fork_failed(std::uint32_t slot, int errno_value) {
  ahead_ = 0;
  Instance* instance = slot_at(slot);
  if (instance == nullptr || !instance->waits_for_process())
    return link_->kill(fmt::format("it reported a failed fork in slot {} without a reason", slot));
  breaker_.failed(now(),
                  Error{Code::unavailable,
                        fmt::format("function {}: an instance could not be forked: {}",
                                    options_.function, std::strerror(errno_value)),
                        {}},
                  CircuitBreaker::Failure::chance);
  parts_.log.warning("fork_failed", std::strerror(errno_value), {{"function", options_.function}});
  if (instance->state() == InstanceState::starting) {
    instance->fork_again();
  } else {
    instance->gone(now());
    clear(*instance);
  }
  if (breaker_.open()) refuse_waiting();
  settle();
}

/// Its pidfd is readable. What it answered before still counts; how it ended is told by the
/// template, or found out here when that is gone.
void Pool::Body::process_ended(Instance& instance) {
  std::vector<FinishedBatch> finished;
  take_replies_of(instance, finished);
  instance.gone(now());
  if (!link_ || !instance.orphaned_because().empty()) {
    tell_end(instance, reap_orphan(instance.pidfd()));
    clear(instance);
  }
  settle();
  hand_over(std::move(finished));
}

void Pool::Body::on_exited(std::uint32_t slot, pid_t pid, ExitStatus status) {
  Instance* instance = slot_at(slot);
  if (instance == nullptr || pid <= 0 || instance->pid() != pid) return;
  std::vector<FinishedBatch> finished;
  if (instance->state() != InstanceState::gone) take_replies_of(*instance, finished);
  instance->gone(now());
  if (!instance->was_end_told()) tell_end(*instance, status);
  clear(*instance);
  settle();
  hand_over(std::move(finished));
}

/// The template ended. Its instances follow within some ms; be sure of it, and wait for each. One
/// that was being forked may live for that long without that anybody knows it: its ring is lost.
void Pool::Body::orphan(Instance& instance, const std::string& why) {
  if (instance.state() == InstanceState::absent || instance.waits_for_fork()) return;
  instance.orphan(why);
  if (instance.has_process() && instance.state() != InstanceState::gone) {
    instance.kill(now(), instance.killed_because());
    return;
  }
  const bool unknown = !instance.has_process();
  instance.gone(now());
  if (!instance.was_end_told()) tell_end(instance, std::nullopt);
  if (unknown) {
    clear_with_new_ring(instance);
  } else {
    clear(instance);
  }
}

void Pool::Body::tell_end(Instance& instance, std::optional<ExitStatus> status) {
  instance.end_told();
  const std::string how = describe_end(instance, status);
  std::vector<FinishedBatch> lost =
      instance.lose(Error{Code::instance_lost, "the instance " + how, {}});
  const auto begun = static_cast<std::size_t>(std::count_if(
      lost.begin(), lost.end(), [](const FinishedBatch& one) { return one.outcome.begun; }));
  count_end(instance, how, begun);
  if (lost.empty()) return;
  auto kept = std::make_shared<std::vector<FinishedBatch>>(std::move(lost));
  parts_.loop.post([this, kept, alive = std::weak_ptr<bool>(alive_)] {
    // The last first: each goes back to the front of the queue.
    for (auto one = kept->rbegin(); one != kept->rend(); ++one)
      one->batch.done(std::move(one->outcome));
    if (!alive.expired()) room();
  });
}

std::string Pool::Body::describe_end(const Instance& instance, std::optional<ExitStatus> status) {
  if (!instance.killed_because().empty()) return "was killed: " + instance.killed_because();
  if (!instance.orphaned_because().empty())
    return "ended with its template: " + instance.orphaned_because();
  std::string how = status ? status->describe() : "ended";
  const std::uint64_t kills = link_ ? link_->out_of_memory_kills() : 0;
  if (kills > std::exchange(out_of_memory_seen_, kills))
    how += ", out of memory: " + memory_limit();
  return how;
}

std::string Pool::Body::memory_limit() const {
  return fmt::format("the limit is memory = {} for each process",
                     format_size(options_.settings.memory_bytes));
}

void Pool::Body::count_end(const Instance& instance, const std::string& how, std::size_t begun) {
  if (instance.told_to_leave()) {
    ++counts_.instances_left;
    return;
  }
  const bool by_us = !instance.killed_because().empty();
  ++(by_us ? counts_.instances_killed : counts_.instances_crashed);
  if (begun > 0) ++counts_.lost_with_rows;
  parts_.log.warning("instance_lost", "an instance " + how,
                     {{"function", options_.function},
                      {"pid", std::int64_t{instance.pid()}},
                      {"batches_begun", static_cast<std::int64_t>(begun)}});
  const bool never_worked = !by_us && !instance.answered() && begun == 0;
  if (!never_worked || !instance.orphaned_because().empty()) return;
  breaker_.failed(now(),
                  Error{Code::unavailable,
                        fmt::format("function {}: an instance {} before it took a request",
                                    options_.function, how),
                        {}},
                  CircuitBreaker::Failure::chance);
  if (breaker_.open()) refuse_waiting();
}

void Pool::Body::clear(Instance& instance) {
  instance.clear();
  note_if_asleep();
}

void Pool::Body::clear_with_new_ring(Instance& instance) {
  auto ring = GatewayRing::create(options_.ring);
  if (!ring) return;  // no descriptors; the timer tries again
  instance.clear(*std::move(ring));
  if (instance.slot() < ring_known_.size()) ring_known_[instance.slot()] = false;
  note_if_asleep();
}

}  // namespace glowplug::instances
