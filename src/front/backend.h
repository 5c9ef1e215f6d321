#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/infer_request.h"
#include "model/signature.h"
#include "observe/function_metrics.h"

namespace glowplug::front {

/// A request on its way, as the queue and the back ends see it.
struct BatchItem {
  const InferRequest* request = nullptr;  ///< stays until `done` of its batch was called
};

/// Rows that run together. A back end calls `done` exactly once, on the loop's thread, never from
/// inside `submit`.
struct Batch {
  std::vector<BatchItem> items;
  RequestKind kind = RequestKind::tensors;  ///< of all of them
  std::int64_t rows = 0;
  std::vector<std::size_t> wanted;  ///< union of the outputs asked for, ascending
  bool alone = false;               ///< a row that lost an instance already: must not share a run
  /// The latest deadline of its items: past it nobody waits any more, and an instance that still
  /// works on it may be killed.
  Time deadline = Time::max();
  struct Outcome {
    Result<std::vector<Tensor>> outputs =
        std::vector<Tensor>{};  ///< for each of `wanted`, rows of all items in order
    RunTiming timing;
    nanoseconds start{0};  ///< of the cold start that this batch waited for; 0 when warm
    bool cold = false;
    /// With instance_lost: the instance had begun with this batch. A batch that only lay behind
    /// another one when the instance died did not begin; it is queued again without counting as its
    /// retry, within bounds: it is the instance's word.
    bool begun = true;
  };
  std::function<void(Outcome)> done;
};

/// What answers for one function version. All calls on the loop's thread; implementations: rings to
/// instances (instances/), the engine in this process (runtime/), the native engine. Errors in an
/// outcome: instance_lost (the instance died under this batch: the caller decides about the one
/// retry), unavailable, and whatever the engine said.
class Backend {
 public:
  virtual ~Backend() = default;
  [[nodiscard]] virtual const Signature& signature() const = 0;
  /// How many batches `submit` takes now. A back end that is asleep returns at least 1 if it can
  /// start something for it.
  [[nodiscard]] virtual std::size_t free_batches() const = 0;
  /// Idle instances among them: while there is one, nothing waits on purpose.
  [[nodiscard]] virtual std::size_t idle_instances() const = 0;
  /// Takes the batch. Precondition: free_batches() > 0.
  virtual void submit(Batch batch) = 0;
  /// Says how much waits after a pass of the batcher: batches of the size that serves the function
  /// best, and for how long the oldest request has waited. The back end may start instances.
  virtual void backlog(std::size_t batches, Duration oldest) = 0;
  /// Called when free_batches() may have grown: the batcher packs again.
  virtual void on_room(std::function<void()> call) = 0;
  /// Why nothing can be started now (circuit open, template does not load); OK while it works.
  [[nodiscard]] virtual Result<void> health() const = 0;
  /// Brings what the back end knows of its processes to the metrics; called when somebody asks for
  /// /metrics. Without processes there is nothing to say.
  virtual void report(observe::FunctionMetrics& /*metrics*/) {}
};

}  // namespace glowplug::front
