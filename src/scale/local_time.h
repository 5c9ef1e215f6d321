#pragma once
#include <chrono>
#include <string>

#include "base/result.h"
#include "scale/keep_warm.h"

namespace glowplug::scale {

/// Whether this machine knows the zone; the empty name is its own. Reads a file of its time zone
/// data. Errors: invalid_argument, with the fix.
[[nodiscard]] Result<void> check_zone(const std::string& zone);

/// What clock and calendar show in a zone (empty: the machine's own, by TZ or /etc/localtime).
/// Errors: unavailable (the zone is not known here any more).
[[nodiscard]] Result<LocalMinute> local_minute(std::chrono::system_clock::time_point when,
                                               const std::string& zone);

}  // namespace glowplug::scale
