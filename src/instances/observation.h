#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "scale/greedy_dual.h"

/// What a pool tells of itself, for /metrics and `status`.
namespace glowplug::instances {

/// Where the time of a template's start went, one phase after the other.
struct TemplateStart {
  Duration total{0};    ///< from asking the keeper until the template was ready
  Duration exec{0};     ///< until the new process had read what to load
  Duration engine{0};   ///< opening the engine's library
  Duration confine{0};  ///< giving up its rights; making the sandbox of its instances
  Duration model{0};    ///< opening the model
  Duration warm_up{0};  ///< the first run
  Duration report{0};   ///< from being ready until the gateway knew
};

/// An instance that was started because a request needed one, and has answered.
struct ColdStart {
  Time replied;           ///< when its first reply was there
  Duration total{0};      ///< from asking for the instance until then
  Duration ask{0};        ///< until the template was told to fork, without its own start
  Duration fork{0};       ///< until the new process ran, or one forked ahead was told to serve
  Duration attach{0};     ///< until it took the request: gives up its rights, maps its ring
  Duration first_run{0};  ///< inputs, run and outputs
  Duration answer{0};     ///< until the gateway had the reply
  std::optional<TemplateStart> after_template;  ///< the template had to be started first
};

/// A phase under the name that it has everywhere: in /metrics, in the log with _ms, in `coldstart`.
struct StartPhase {
  std::string_view name;
  Duration duration{0};
};
/// In their order. What of the total they do not cover is the sum's difference to it.
[[nodiscard]] std::vector<StartPhase> phases_of(const TemplateStart& start);
/// Without those of its template.
[[nodiscard]] std::vector<StartPhase> phases_of(const ColdStart& start);

/// Told as it happens, on the loop's thread; must not call back into the pool.
class PoolObserver {
 public:
  virtual ~PoolObserver() = default;
  virtual void on_template_start(const TemplateStart& /*start*/) {}
  virtual void on_cold_start(const ColdStart& /*start*/) {}
  virtual void on_eviction(scale::EvictionReason /*reason*/) {}
};

/// Instances as they are now. `parked` ones were forked ahead and have not worked yet.
struct InstancesByState {
  std::uint32_t starting = 0;
  std::uint32_t idle = 0;
  std::uint32_t busy = 0;
  std::uint32_t parked = 0;
  std::uint32_t leaving = 0;  ///< told to leave, or killed and not yet gone
  friend bool operator==(const InstancesByState&, const InstancesByState&) = default;
};

/// Cumulative since the pool was made.
struct PoolCounts {
  std::uint64_t forks = 0;
  std::uint64_t cold_starts = 0;        ///< forks that a request waited for, and that answered
  std::uint64_t instances_left = 0;     ///< ended because they were idle, or drained
  std::uint64_t instances_crashed = 0;  ///< ended by themselves, or killed by someone else
  std::uint64_t instances_killed = 0;   ///< by us: overran, or broke the rules of the ring
  std::uint64_t lost_with_rows = 0;     ///< of crashed and killed: a batch had begun there
  std::uint64_t templates_started = 0;  ///< became ready
  std::uint64_t templates_failed = 0;   ///< did not become ready
  std::uint64_t templates_crashed = 0;  ///< ended after they had been ready
  std::uint64_t templates_evicted = 0;  ///< ended to keep within the memory budget
};

/// Memory at the last measurement; proportional set sizes (shared pages are divided among their
/// users), so that the sum is what the function costs.
struct PoolMemory {
  std::uint64_t template_pss_bytes = 0;  ///< with the child forked ahead
  std::uint64_t instances_pss_bytes = 0;
};

struct PoolSnapshot {
  InstancesByState instances;
  PoolCounts counts;
  PoolMemory memory;
  bool template_ready = false;
  bool forked_ahead =
      false;  ///< a child waits for the next wake; no instance, counted nowhere else
};

}  // namespace glowplug::instances
