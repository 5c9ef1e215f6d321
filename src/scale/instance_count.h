#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/time.h"

/// Decisions about how many instances a function has. Pure: what they need comes in, time too.
namespace glowplug::scale {

/// What one function's instances are doing.
struct InstanceLoad {
  std::uint32_t at_work = 0;        ///< starting for a request, or busy
  std::size_t waiting_batches = 0;  ///< that no instance has taken
  Duration oldest_wait{0};
  Duration run_time{0};    ///< estimate for one batch
  Duration start_time{0};  ///< estimate of what an instance's start adds to its first answer
  bool in_use = false;     ///< worked within the idle timeout
};

struct InstancePolicy {
  std::uint32_t min_instances = 0;
  std::uint32_t max_instances = 1;
  std::uint32_t parked = 0;
};

/// How many instances there should be. Those at work stay. One more for each batch that would wait
/// longer for the running ones than an instance takes to start; `parked` beyond those while the
/// function is in use; never less than min_instances or more than max_instances.
[[nodiscard]] std::uint32_t instances_wanted(const InstanceLoad& load,
                                             const InstancePolicy& policy);

/// Where the next batch goes.
enum class Placement : std::uint8_t {
  unoccupied,    ///< to an instance without work
  new_instance,  ///< into the ring of one that is started for it
  behind,        ///< behind the batch that an instance is running
  nowhere,       ///< it waits in the queue
};
struct PlacementChoice {
  bool any_alive = false;    ///< there is an instance, or one is starting
  bool unoccupied = false;   ///< one of them is without work
  bool may_start = false;    ///< another instance could be forked now
  bool room_behind = false;  ///< an instance runs only one batch
  Duration run_time{0};
  Duration start_time{0};
};
/// Where a run is shorter than a start, a batch lies behind another one, so that it begins without
/// a trip through the gateway; `instances_wanted` decides about more instances. A long run is worth
/// an instance of its own; where there cannot be one, the queue keeps the batch, so that it goes to
/// whichever instance is free first.
[[nodiscard]] Placement place_batch(const PlacementChoice& choice);

/// Which of the unoccupied instances leave now: indexes of those idle for `idle_timeout`, longest
/// idle first, so that at least `keep` of all `alive` remain.
[[nodiscard]] std::vector<std::size_t> instances_to_leave(std::span<const Time> idle_since,
                                                          Time now, Duration idle_timeout,
                                                          std::uint32_t alive, std::uint32_t keep);

}  // namespace glowplug::scale
