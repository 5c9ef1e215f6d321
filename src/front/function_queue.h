#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "base/loop.h"
#include "base/result.h"
#include "front/backend.h"
#include "front/batch_size.h"
#include "front/open_calls.h"
#include "model/infer_request.h"

namespace glowplug::front {

struct QueueLimits {
  std::size_t max_rows = 512;  ///< waiting rows; one more request is `unavailable`
  std::size_t max_bytes = std::size_t{256} << 20;  ///< waiting tensor bytes
  /// Most rows that run together; 0: each request alone. Fewer do where that is faster (BatchSize).
  std::int64_t max_batch = 0;
  /// How long a request waits for company while others of its function are open; a lone one never
  /// does.
  Duration max_delay{0};
};

/// What the queue did, cumulative; for /metrics.
struct QueueCounts {
  std::uint64_t retried = 0;    ///< requests whose instance died and that were tried again
  std::uint64_t lost = 0;       ///< answered 502: after that, or given back too often
  std::uint64_t expired = 0;    ///< answered 504
  std::uint64_t cancelled = 0;  ///< the caller left first
  std::uint64_t refused = 0;    ///< answered 503: the queue was full
  std::uint64_t split = 0;      ///< batches that the model refused, run again request by request
};

/// One run of the model, as the queue hears of it.
struct QueueRun {
  std::int64_t rows = 0;
  RunTiming timing;
  nanoseconds start{0};  ///< of the cold start that it waited for
  bool cold = false;
};

/// The queue and batcher of one function version. Everything on the loop's thread.
///
/// An error of a run that several requests shared is nobody's: each of them is run again alone, and
/// only the one whose rows the model refuses gets to see the refusal.
///
/// A request is copied nowhere: it stays here until it is answered, so that it can be tried once
/// more when its instance dies. `flush`, called after each pass over the ready events, packs what
/// waits as long as the back end takes batches; nothing waits on purpose unless `max_delay` says
/// so.
class FunctionQueue {
 public:
  /// Gets the request back with its answer: writing one needs both.
  using Done = QueuedCall::Done;

  /// `loop` and `backend` outlive the queue.
  FunctionQueue(Loop& loop, Backend& backend, QueueLimits limits);
  ~FunctionQueue();
  FunctionQueue(const FunctionQueue&) = delete;
  FunctionQueue& operator=(const FunctionQueue&) = delete;

  /// Whether one more request may come in; asked at the end of its headers, before its body is
  /// read. Errors: unavailable (queue full, naming the limit; or the back end cannot start),
  /// exactly as `submit` would answer.
  [[nodiscard]] Result<void> admit();

  /// Takes a request; `done` is called once, later, unless it is cancelled. Returns its ticket for
  /// `cancel`. Errors given to `done`: unavailable, deadline_exceeded, instance_lost, and those of
  /// the engine.
  std::uint64_t submit(InferRequest request, Time arrival, Time deadline, Done done);
  /// The caller left: `done` will not be called; a waiting request is dropped, a running one's
  /// answer is thrown away.
  void cancel(std::uint64_t ticket);
  /// Packs waiting requests for the back end.
  void flush();
  /// `call` hears of every request that begins to wait for the next `flush`, tried again ones
  /// included.
  void on_waiting(std::function<void()> call) { on_waiting_ = std::move(call); }
  /// `call` hears of every run that succeeded, before its requests are answered.
  void on_run(std::function<void(const QueueRun&)> call) { on_run_ = std::move(call); }
  /// Answers everything still here with `error`.
  void fail_all(const Error& error);

  [[nodiscard]] std::size_t waiting_rows() const { return waiting_rows_; }
  [[nodiscard]] std::size_t open_requests() const { return open_; }
  [[nodiscard]] const QueueCounts& counts() const { return counts_; }

 private:
  void enqueue(CallPtr call, bool first);
  [[nodiscard]] BatchSize& batch_size(RequestKind kind);
  /// For the kind that waits first. Precondition: something waits.
  [[nodiscard]] std::size_t best_rows();
  /// Whether what waits may still get company within `max_delay`; sets the timer for its end.
  [[nodiscard]] bool waits_for_company();
  [[nodiscard]] Batch next_batch(std::vector<CallPtr>& calls);
  void finish_batch(std::vector<CallPtr> calls, Batch::Outcome outcome,
                    const std::vector<std::size_t>& wanted);
  void deliver(QueuedCall& call, Result<InferResponse> result);
  void lost(CallPtr call, bool begun, const Error& error);
  /// Back to the front of the queue, so that nobody else's rows decide about its answer.
  void run_alone(CallPtr call);
  void drop_waiting(const QueuedCall& call);
  void expire();
  /// Before anything is packed or delivered: an answer after its deadline is none.
  void expire_if_late();
  void arm(Time deadline);

  Loop& loop_;
  Backend& backend_;
  QueueLimits limits_;
  std::array<BatchSize, kRequestKinds> batch_sizes_;
  std::deque<CallPtr> waiting_;
  std::size_t waiting_rows_ = 0;
  std::size_t waiting_bytes_ = 0;
  std::size_t open_ = 0;
  std::uint64_t next_ticket_ = 1;
  OpenCalls calls_;
  Loop::Handle timer_;
  Time timer_at_ = Time::max();
  Loop::Handle delay_timer_;
  QueueCounts counts_;
  std::function<void()> on_waiting_;
  std::function<void(const QueueRun&)> on_run_;
  std::shared_ptr<bool> alive_ =
      std::make_shared<bool>(true);  // batches in flight may outlive the queue
};

}  // namespace glowplug::front
