#pragma once
#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/loop.h"
#include "front/backend.h"
#include "instances/instance_state.h"
#include "instances/observation.h"
#include "instances/ring/ring.h"
#include "model/signature.h"

namespace glowplug::instances {

/// A batch that was answered or lost, and how. `done` of the batch has not been called yet.
struct FinishedBatch {
  front::Batch batch;
  front::Batch::Outcome outcome;
};

/// One slot of a pool: its ring, and the process that serves it, if any. It keeps the rules of one
/// instance; the pool decides. On the loop's thread.
class Instance {
 public:
  /// `signature` outlives it.
  Instance(std::uint32_t slot, const Signature& signature, std::unique_ptr<GatewayRing> ring)
      : slot_(slot), signature_(signature), ring_(std::move(ring)) {}

  [[nodiscard]] std::uint32_t slot() const { return slot_; }
  [[nodiscard]] InstanceState state() const { return state_; }
  [[nodiscard]] GatewayRing& ring() { return *ring_; }

  // What happens to its process.

  /// absent -> starting. It may be given a batch from now on.
  void ask(Time now);
  /// The template has been told to fork; `start` if it had to be started first.
  void fork_sent(Time now, const std::optional<TemplateStart>& start);
  /// The template could not fork it, or ended: it waits for another `fork_sent`.
  void fork_again() { life_.fork_sent = false; }
  /// The template forked it; `watch` watches the pidfd.
  void forked(Time now, pid_t pid, UniqueFd pidfd, Loop::Handle watch);
  /// Tells it by its ring to end. Only without batches in flight.
  void leave(Time now);
  /// SIGKILL, if it lives. `why` is for the log and for those whose batches it had.
  void kill(Time now, std::string why);
  /// Its process has ended. Its batches are still here: `lose` them.
  void gone(Time now);
  /// Its end has been counted and told.
  void end_told() { life_.end_told = true; }
  /// Its template ended, so it will.
  void orphan(std::string why) { life_.orphaned_because = std::move(why); }
  /// gone, or starting when it could not be forked, -> absent, with an empty ring: the given one
  /// where an unknown process may still hold the old one. No batch is in flight.
  void clear(std::unique_ptr<GatewayRing> new_ring = nullptr);

  // What it works on.

  /// Writes the batch into the ring and takes it over. Errors: too_large; the batch is untouched.
  [[nodiscard]] Result<void> put(front::Batch& batch, std::uint64_t sequence, Time now);
  /// The next reply, if there is one. Errors: it broke the rules of the ring.
  [[nodiscard]] Result<std::optional<FinishedBatch>> take(Time now);
  /// Takes all batches in flight back, oldest first, as failed by `why`. `begun` of an outcome is
  /// what the ring tells.
  [[nodiscard]] std::vector<FinishedBatch> lose(const Error& why);

  // What the pool decides by.

  /// Starting or living, and taking batches; counts against max_instances.
  [[nodiscard]] bool alive() const;
  [[nodiscard]] bool unoccupied() const { return alive() && flight_.empty(); }
  [[nodiscard]] std::size_t in_flight() const { return flight_.size(); }
  /// The template has been told to fork it, or has done so; else it waits for that.
  [[nodiscard]] bool was_fork_sent() const { return life_.fork_sent; }
  [[nodiscard]] bool waits_for_fork() const {
    return state_ == InstanceState::starting && !life_.fork_sent;
  }
  [[nodiscard]] bool waits_for_process() const {
    return life_.fork_sent && !life_.pidfd && state_ != InstanceState::gone;
  }
  [[nodiscard]] bool has_process() const { return static_cast<bool>(life_.pidfd); }
  [[nodiscard]] pid_t pid() const { return life_.pid; }
  [[nodiscard]] int pidfd() const { return life_.pidfd.get(); }
  [[nodiscard]] bool answered() const { return life_.answered; }
  [[nodiscard]] bool told_to_leave() const { return life_.told_to_leave; }
  [[nodiscard]] const std::string& killed_because() const { return life_.killed_because; }
  [[nodiscard]] Time fork_sent_at() const { return life_.sent; }
  [[nodiscard]] Time idle_since() const { return life_.idle_since; }
  [[nodiscard]] Time leaving_since() const { return life_.leaving_since; }
  [[nodiscard]] Time gone_since() const { return life_.gone_since; }
  [[nodiscard]] bool was_end_told() const { return life_.end_told; }
  [[nodiscard]] const std::string& orphaned_because() const { return life_.orphaned_because; }
  /// Until when the batch under way may run: until its deadline or, where it began after that, its
  /// beginning, and `grace` more. A batch without deadline may run for `timeout`. Time::max() when
  /// nothing runs.
  [[nodiscard]] Time must_answer_by(Duration timeout, Duration grace) const;
  /// How long the batch taken last ran, by our clock, the hop included.
  [[nodiscard]] Duration last_run() const { return life_.last_run; }
  /// Whether the reply taken last was the first; true once.
  [[nodiscard]] bool take_first_reply() { return std::exchange(life_.first_reply, false); }
  /// The figures of its start, when it has answered and a request had waited for it.
  [[nodiscard]] const std::optional<ColdStart>& cold_start() const { return life_.cold_start; }

 private:
  struct InFlight {
    front::Batch batch;
    std::uint64_t sequence = 0;
    std::vector<Datatype> datatypes;  // of the wanted outputs
    Time put;
    Time began = Time::max();  // when it could begin: the process lives, nothing before it
    bool cold = false;
  };
  /// Everything about the process of this slot; a new one begins with a new Life.
  struct Life {
    pid_t pid = 0;
    UniqueFd pidfd;
    Loop::Handle watch;  // after the pidfd: goes first
    bool fork_sent = false;
    bool for_request = false;
    bool told_to_leave = false;
    bool answered = false;
    bool first_reply = false;
    bool end_told = false;
    std::string killed_because;
    std::string orphaned_because;
    std::optional<TemplateStart> after_template;
    std::optional<ColdStart> cold_start;
    Time asked, sent, forked, took_first, idle_since, leaving_since, gone_since;
    Duration last_run{0};
  };
  void move(InstanceState to);
  [[nodiscard]] RingRequest request_for(const front::Batch& batch, std::uint64_t sequence) const;
  void note_first_reply(Time now, const RunTiming& timing);

  std::uint32_t slot_;
  const Signature& signature_;
  std::unique_ptr<GatewayRing> ring_;
  InstanceState state_ = InstanceState::absent;
  std::deque<InFlight> flight_;
  Life life_;
};

}  // namespace glowplug::instances
