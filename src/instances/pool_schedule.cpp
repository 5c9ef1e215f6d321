// Keeping warm by the clock on the wall.
#include <algorithm>
#include <utility>

#include "instances/pool_body.h"
#include "scale/local_time.h"

namespace glowplug::instances {

/// Once a minute, which is how fine a schedule is: a clock that is set, or a machine that slept, is
/// noticed within one.
void Pool::Body::look_at_schedule() {
  const scale::KeepWarm& schedule = options_.settings.keep_warm;
  if (schedule.windows.empty()) return;
  const auto wall = options_.wall_clock();
  schedule_until_ =
      now() + (std::chrono::floor<std::chrono::minutes>(wall) + std::chrono::minutes(1) - wall);
  const auto local = scale::local_minute(wall, schedule.zone);
  if (!local && !std::exchange(schedule_problem_told_, true))
    parts_.log.warning("keep_warm_unknown", local.error().message,
                       {{"function", options_.function}});
  const std::uint32_t before =
      std::exchange(scheduled_, local ? scale::instances_at(schedule, *local) : 0);
  if (before != scheduled_)
    parts_.log.info("keep_warm", "the schedule keeps other instances from now on",
                    {{"function", options_.function},
                     {"instances", std::int64_t{scheduled_}},
                     {"before", std::int64_t{before}}});
}

std::uint32_t Pool::Body::least_instances() const {
  return std::max(options_.settings.min_instances, scheduled_);
}

}  // namespace glowplug::instances
