#include "front/function_queue.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.h"
#include "front/split.h"
#include "model/rows.h"

namespace glowplug::front {
namespace {

constexpr std::size_t kLookAhead =
    256;  // requests looked at for one batch; bounds the time of a pass

/// How often a request may come back from instances that died and, by their own word, had not begun
/// with it: that word is not to be trusted without end.
constexpr std::size_t kMostReturns = 10;

std::size_t bytes_of(const InferRequest& request) {
  std::size_t total = 0;
  for (const InferInput& input : request.inputs) total += input.bytes.size();
  return total;
}

Error too_late(Duration allowed) {
  const auto ms = std::chrono::duration_cast<milliseconds>(allowed).count();
  return Error{Code::deadline_exceeded,
               ms > 0 ? fmt::format("no answer within {} ms", ms)
                      : "no answer within " + human_duration(allowed),
               {}};
}

/// The tensors of one request out of those of its batch.
Result<InferResponse> rows_for(const InferRequest& request, std::vector<Tensor>& outputs,
                               const std::vector<std::size_t>& wanted, std::int64_t batch_rows,
                               std::int64_t first, bool whole) {
  InferResponse response;
  for (const RequestedOutput& asked : request.outputs) {
    const auto found = std::lower_bound(wanted.begin(), wanted.end(), asked.index);
    Tensor& tensor = outputs.at(static_cast<std::size_t>(found - wanted.begin()));
    if (whole) {
      response.outputs.push_back(std::move(tensor));  // no codec lets one output be asked for twice
    } else {
      GLOWPLUG_ASSIGN(Tensor part, take_rows(tensor, batch_rows, first, request.rows));
      response.outputs.push_back(std::move(part));
    }
  }
  return response;
}

/// Whether an error of a run may come from the rows of one caller only, so that the others would
/// have been answered without it.
bool is_about_values(Code code) {
  return code == Code::invalid_argument || code == Code::internal || code == Code::exhausted ||
         code == Code::too_large || code == Code::unimplemented;
}

/// What is left of the time in the queue and the back end when start and run are taken off: the
/// wait for an instance, also behind another batch in its ring.
nanoseconds waited(nanoseconds total, const PhaseTiming& timing) {
  const RunTiming& run = timing.instance;
  return std::max(nanoseconds(0), total - timing.start - run.input - run.run - run.output);
}

}  // namespace

FunctionQueue::FunctionQueue(Loop& loop, Backend& backend, QueueLimits limits)
    : loop_(loop),
      backend_(backend),
      limits_(limits),
      batch_sizes_{BatchSize(limits.max_batch), BatchSize(limits.max_batch)} {
  backend_.on_room([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) flush();
  });
}

FunctionQueue::~FunctionQueue() {
  fail_all(Error{Code::unavailable, "the function is no longer served", {}});
}

Result<void> FunctionQueue::admit() {
  if (waiting_rows_ >= limits_.max_rows) {
    ++counts_.refused;
    return Error{Code::unavailable,
                 fmt::format("{} rows are waiting already (limit max_queue)", waiting_rows_),
                 {}};
  }
  if (waiting_bytes_ >= limits_.max_bytes) {
    ++counts_.refused;
    return Error{Code::unavailable,
                 fmt::format("{} bytes of tensors are waiting already (limit max_queue_bytes)",
                             waiting_bytes_),
                 {}};
  }
  return backend_.health();
}

std::uint64_t FunctionQueue::submit(InferRequest request, Time arrival, Time deadline, Done done) {
  if (auto admitted = admit(); !admitted) {
    done(request, std::move(admitted).error());
    return 0;
  }
  auto call = std::make_shared<QueuedCall>();
  call->ticket = next_ticket_++;
  call->bytes = bytes_of(request);
  call->request = std::move(request);
  call->arrival = arrival;
  call->deadline = deadline;
  call->queued = loop_.now();
  call->done = std::move(done);
  ++open_;
  calls_.add(call);
  arm(deadline);
  const std::uint64_t ticket = call->ticket;
  enqueue(std::move(call), false);
  return ticket;
}

void FunctionQueue::cancel(std::uint64_t ticket) {
  const CallPtr call = calls_.find(ticket);
  if (!call) return;
  ++counts_.cancelled;
  call->done = nullptr;
  deliver(*call, Error{});
}

void FunctionQueue::flush() {
  expire_if_late();
  while (!waiting_.empty() && backend_.free_batches() > 0 && !waits_for_company()) {
    std::vector<CallPtr> calls;
    Batch batch = next_batch(calls);
    if (calls.empty()) break;
    batch.done = [this, alive = std::weak_ptr<bool>(alive_), calls = std::move(calls),
                  wanted = batch.wanted](Batch::Outcome outcome) {
      if (!alive.expired()) finish_batch(calls, std::move(outcome), wanted);
    };
    backend_.submit(std::move(batch));
  }
  if (waiting_.empty()) {
    backend_.backlog(0, Duration(0));
    return;
  }
  const auto rows = best_rows();
  backend_.backlog((waiting_rows_ + rows - 1) / rows, loop_.now() - waiting_.front()->queued);
}

BatchSize& FunctionQueue::batch_size(RequestKind kind) {
  return batch_sizes_.at(static_cast<std::size_t>(kind));
}

std::size_t FunctionQueue::best_rows() {
  return static_cast<std::size_t>(batch_size(waiting_.front()->request.kind).best());
}

bool FunctionQueue::waits_for_company() {
  if (limits_.max_delay <= Duration(0) || limits_.max_batch < 2 || open_ < 2) return false;
  while (!waiting_.empty() && !waiting_.front()->done) waiting_.pop_front();
  if (waiting_.empty() || waiting_.front()->alone) return false;
  if (waiting_rows_ >= best_rows()) return false;
  const Time end = waiting_.front()->queued + limits_.max_delay;
  if (end <= loop_.now()) return false;
  delay_timer_ = loop_.at(end, [this] { flush(); });
  return true;
}

Batch FunctionQueue::next_batch(std::vector<CallPtr>& calls) {
  Batch batch;
  const auto take = [&](CallPtr call) {
    drop_waiting(*call);
    call->waiting = false;
    batch.items.push_back({&call->request});
    batch.rows += call->request.rows;
    for (const RequestedOutput& output : call->request.outputs)
      batch.wanted.push_back(output.index);
    calls.push_back(std::move(call));
  };
  while (!waiting_.empty() && !waiting_.front()->done) waiting_.pop_front();
  if (waiting_.empty()) return batch;
  batch.wanted.reserve(waiting_.front()->request.outputs.size());
  take(std::move(waiting_.front()));
  waiting_.pop_front();
  const QueuedCall& first = *calls.front();
  batch.kind = first.request.kind;
  batch.alone = first.alone;
  if (!batch.alone && limits_.max_batch > 1 && first.request.rows > 0) {
    const std::int64_t most = batch_size(batch.kind).next();
    std::size_t looked_at = 0;
    for (auto next = waiting_.begin();
         next != waiting_.end() && looked_at < kLookAhead && batch.rows < most; ++looked_at) {
      const QueuedCall& other = **next;
      const bool fits = other.done && !other.alone && other.request.rows > 0 &&
                        batch.rows + other.request.rows <= most &&
                        may_run_together(first.request, other.request);
      if (fits) {
        take(std::move(*next));
        next = waiting_.erase(next);
      } else {
        ++next;
      }
    }
  }
  std::sort(batch.wanted.begin(), batch.wanted.end());
  batch.wanted.erase(std::unique(batch.wanted.begin(), batch.wanted.end()), batch.wanted.end());
  batch.deadline = Time::min();
  for (const CallPtr& call : calls) batch.deadline = std::max(batch.deadline, call->deadline);
  return batch;
}

void FunctionQueue::finish_batch(std::vector<CallPtr> calls, Batch::Outcome outcome,
                                 const std::vector<std::size_t>& wanted) {
  std::int64_t batch_rows = 0;
  for (const CallPtr& call : calls) batch_rows += call->request.rows;
  std::int64_t first = 0;
  const bool whole = calls.size() == 1;
  // Backwards, so that rows put back stand in their old order at the front of the queue.
  if (!outcome.outputs && outcome.outputs.error().code == Code::instance_lost) {
    for (auto call = calls.rbegin(); call != calls.rend(); ++call)
      lost(*call, outcome.begun, outcome.outputs.error());
    return;
  }
  if (!outcome.outputs && calls.size() > 1 && is_about_values(outcome.outputs.error().code)) {
    ++counts_.split;
    for (auto call = calls.rbegin(); call != calls.rend(); ++call) run_alone(*call);
    return;
  }
  expire_if_late();  // a run in this process holds the loop's timers up
  if (outcome.outputs) batch_size(calls.front()->request.kind).ran(batch_rows, outcome.timing.run);
  if (outcome.outputs && on_run_)
    on_run_({batch_rows, outcome.timing, outcome.start, outcome.cold});
  const Time now = loop_.now();
  for (const CallPtr& call : calls) {
    const std::int64_t mine = first;
    first += call->request.rows;
    if (!call->done) continue;
    if (!outcome.outputs) {
      deliver(*call, outcome.outputs.error());
      continue;
    }
    auto response = rows_for(call->request, *outcome.outputs, wanted, batch_rows, mine, whole);
    if (response) {
      response->batch_rows = batch_rows;
      response->timing.start = outcome.start;
      response->timing.cold = outcome.cold;
      response->timing.instance = outcome.timing;
      response->timing.queue = waited(now - call->queued, response->timing);
    }
    deliver(*call, std::move(response));
  }
}

void FunctionQueue::run_alone(CallPtr call) {
  if (!call->done) return;
  call->alone = true;
  enqueue(std::move(call), true);
}

void FunctionQueue::lost(CallPtr call, bool begun, const Error& error) {
  if (!call->done) return;
  const auto give_up = [&](const std::string& why) {
    ++counts_.lost;
    deliver(*call, Error{Code::instance_lost, why + ": " + error.message, {}});
  };
  if (begun && call->retried) return give_up("two instances ended while they had this request");
  if (!begun && ++call->returns > kMostReturns)
    return give_up(
        fmt::format("{} instances ended before they began with this request", call->returns));
  if (begun) {
    call->retried = call->alone = true;
    ++counts_.retried;
  }
  if (loop_.now() >= call->deadline)
    return give_up("the instance ended and no time was left for another");
  enqueue(std::move(call), true);
}

void FunctionQueue::enqueue(CallPtr call, bool first) {
  call->waiting = true;
  waiting_rows_ += static_cast<std::size_t>(call->request.rows);
  waiting_bytes_ += call->bytes;
  if (first) {
    waiting_.push_front(std::move(call));
  } else {
    waiting_.push_back(std::move(call));
  }
  if (on_waiting_) on_waiting_();
}

void FunctionQueue::drop_waiting(const QueuedCall& call) {
  if (!call.waiting) return;
  waiting_rows_ -= static_cast<std::size_t>(call.request.rows);
  waiting_bytes_ -= call.bytes;
}

/// The end of a call, whichever way: out of the lists, then its answer. A waiting one stays in the
/// deque without `done` and is skipped there.
void FunctionQueue::deliver(QueuedCall& call, Result<InferResponse> result) {
  const CallPtr kept = calls_.remove(call);
  drop_waiting(call);
  call.waiting = false;
  --open_;
  const Done done = std::exchange(call.done, nullptr);
  if (done) done(call.request, std::move(result));
}

void FunctionQueue::arm(Time deadline) {
  if (deadline >= timer_at_) return;
  timer_at_ = deadline;
  timer_ = loop_.at(deadline, [this] { expire(); });
}

void FunctionQueue::expire_if_late() {
  const CallPtr soonest = calls_.soonest();
  if (soonest && soonest->deadline <= loop_.now()) expire();
}

void FunctionQueue::expire() {
  const Time now = loop_.now();
  timer_at_ = Time::max();
  CallPtr call = calls_.soonest();
  for (; call && call->deadline <= now; call = calls_.soonest()) {
    ++counts_.expired;
    deliver(*call, too_late(call->deadline - call->arrival));
  }
  while (!waiting_.empty() && !waiting_.front()->done) waiting_.pop_front();
  if (call) arm(call->deadline);
}

void FunctionQueue::fail_all(const Error& error) {
  while (const CallPtr call = calls_.oldest()) deliver(*call, error);
  waiting_.clear();
}

}  // namespace glowplug::front
