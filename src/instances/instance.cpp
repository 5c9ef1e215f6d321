#include "instances/instance.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <limits>
#include <utility>

#include "base/check.h"
#include "instances/start_phases.h"
#include "model/event.h"

namespace glowplug::instances {
namespace {

constexpr std::uint64_t kLeaveSequence = std::numeric_limits<std::uint64_t>::max();

RingRequest::Input joined_input(const front::Batch& batch, std::size_t index, Datatype datatype) {
  const InferInput& first = batch.items.front().request->inputs.at(index);
  RingRequest::Input joined{first.present, datatype, first.shape, {}};
  if (!first.present) return joined;
  if (batch.items.size() > 1 && !joined.shape.empty()) joined.shape[0] = batch.rows;
  for (const front::BatchItem& item : batch.items)
    joined.pieces.push_back(item.request->inputs.at(index).bytes);
  return joined;
}

nanoseconds inside(const RunTiming& timing) { return timing.input + timing.run + timing.output; }

}  // namespace

void Instance::move(InstanceState to) {
  GLOWPLUG_CHECK(may_move(state_, to));
  state_ = to;
}

bool Instance::alive() const {
  return state_ == InstanceState::starting || state_ == InstanceState::parked ||
         state_ == InstanceState::idle || state_ == InstanceState::busy;
}

void Instance::ask(Time now) {
  move(InstanceState::starting);
  life_ = Life{};
  life_.asked = life_.idle_since = now;
}

void Instance::fork_sent(Time now, const std::optional<TemplateStart>& start) {
  life_.fork_sent = true;
  life_.sent = now;
  life_.after_template = start;
}

void Instance::forked(Time now, pid_t pid, UniqueFd pidfd, Loop::Handle watch) {
  life_.pid = pid;
  life_.pidfd = std::move(pidfd);
  life_.watch = std::move(watch);
  life_.forked = life_.idle_since = now;
  if (state_ != InstanceState::starting) return;  // told to leave meanwhile
  if (!flight_.empty()) {
    flight_.front().began = now;
    move(InstanceState::busy);
  } else {
    move(life_.answered ? InstanceState::idle : InstanceState::parked);
  }
}

void Instance::leave(Time now) {
  GLOWPLUG_CHECK(flight_.empty());
  life_.told_to_leave = true;
  life_.leaving_since = now;
  move(InstanceState::leaving);
  RingRequest request;
  request.sequence = kLeaveSequence;
  request.operation = RingOperation::leave;
  if (!ring_->put_request(request)) kill(now, "it could not be told to leave");
}

void Instance::kill(Time now, std::string why) {
  life_.killed_because = std::move(why);
  life_.leaving_since = now;
  if (alive()) move(InstanceState::leaving);
  if (life_.pidfd) (void)::syscall(SYS_pidfd_send_signal, life_.pidfd.get(), SIGKILL, nullptr, 0);
}

void Instance::gone(Time now) {
  life_.watch.reset();
  life_.gone_since = now;
  if (state_ != InstanceState::gone) move(InstanceState::gone);
}

void Instance::clear(std::unique_ptr<GatewayRing> new_ring) {
  GLOWPLUG_CHECK(flight_.empty());
  move(InstanceState::absent);
  life_ = Life{};
  if (new_ring) {
    ring_ = std::move(new_ring);
  } else {
    ring_->reset();
  }
}

Result<void> Instance::put(front::Batch& batch, std::uint64_t sequence, Time now) {
  GLOWPLUG_TRY(ring_->put_request(request_for(batch, sequence)));
  InFlight entry;
  entry.sequence = sequence;
  entry.put = now;
  entry.cold = state_ == InstanceState::starting;
  life_.for_request = life_.for_request || entry.cold;
  const Signature& signature = signature_of(batch.kind, signature_);
  for (const std::size_t output : batch.wanted)
    entry.datatypes.push_back(signature.outputs.at(output).datatype);
  entry.batch = std::move(batch);
  if (state_ != InstanceState::starting && flight_.empty()) {
    entry.began = now;
    move(InstanceState::busy);
  }
  flight_.push_back(std::move(entry));
  return {};
}

RingRequest Instance::request_for(const front::Batch& batch, std::uint64_t sequence) const {
  RingRequest request;
  request.sequence = sequence;
  if (batch.kind == RequestKind::event) request.operation = RingOperation::event;
  request.rows = static_cast<std::uint32_t>(batch.rows);
  request.wanted = batch.wanted;
  const Signature& signature = signature_of(batch.kind, signature_);
  for (std::size_t i = 0; i < signature.inputs.size(); ++i)
    request.inputs.push_back(joined_input(batch, i, signature.inputs[i].datatype));
  return request;
}

Result<std::optional<FinishedBatch>> Instance::take(Time now) {
  if (flight_.empty()) return std::optional<FinishedBatch>();
  const InFlight& head = flight_.front();
  GLOWPLUG_ASSIGN(auto reply, ring_->take_reply({head.sequence, head.datatypes}));
  if (!reply) return std::optional<FinishedBatch>();
  if (!life_.answered) note_first_reply(now, reply->timing);
  InFlight finished = std::move(flight_.front());
  flight_.pop_front();
  life_.last_run = now - std::min(now, finished.began);
  if (!flight_.empty()) {
    flight_.front().began = now;
  } else if (state_ == InstanceState::busy) {
    move(InstanceState::idle);
  }
  life_.idle_since = now;
  FinishedBatch result;
  result.outcome.outputs = std::move(reply->outputs);
  result.outcome.timing = reply->timing;
  result.outcome.cold = finished.cold;
  if (finished.cold) result.outcome.start = std::max(Duration(0), life_.took_first - finished.put);
  result.batch = std::move(finished.batch);
  return std::optional<FinishedBatch>(std::move(result));
}

void Instance::note_first_reply(Time now, const RunTiming& timing) {
  life_.answered = life_.first_reply = true;
  // The instance's own figures: they end in this caller's Server-Timing only, but keep them sane.
  life_.took_first = now - std::clamp<Duration>(inside(timing), Duration(0), now - life_.asked);
  if (!life_.for_request) return;
  life_.cold_start = split_cold_start({life_.asked, life_.sent, now, life_.after_template},
                                      ring_->instance_times(), timing);
}

std::vector<FinishedBatch> Instance::lose(const Error& why) {
  const std::size_t begun = life_.fork_sent ? ring_->begun() : 0;
  std::vector<FinishedBatch> lost;
  for (InFlight& entry : flight_) {
    FinishedBatch& one = lost.emplace_back();
    one.batch = std::move(entry.batch);
    one.outcome.outputs = why;
    one.outcome.begun = lost.size() <= begun;
  }
  flight_.clear();
  return lost;
}

Time Instance::must_answer_by(Duration timeout, Duration grace) const {
  if (flight_.empty() || flight_.front().began == Time::max() || !alive()) return Time::max();
  const InFlight& head = flight_.front();
  if (head.batch.deadline == Time::max()) return head.began + timeout + grace;
  return std::max(head.batch.deadline, head.began) + grace;
}

}  // namespace glowplug::instances
