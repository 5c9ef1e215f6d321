#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace glowplug::scale {

/// Hours in which a function keeps instances although nobody asks.
struct KeepWarmWindow {
  std::uint8_t days = 0;           ///< on which it begins: bit 0 is Monday, bit 6 Sunday
  std::uint16_t begin_minute = 0;  ///< of the day, by the clock on the wall
  std::uint16_t end_minute = 0;    ///< not part of it; up to 1440; at or before the begin: next day
  std::uint32_t instances = 1;
  friend bool operator==(const KeepWarmWindow&, const KeepWarmWindow&) = default;
};

/// A week of them. Without windows: never.
struct KeepWarm {
  std::vector<KeepWarmWindow> windows;
  std::string zone;  ///< IANA name, "Europe/Berlin"; empty: the machine's own
  friend bool operator==(const KeepWarm&, const KeepWarm&) = default;
};

/// Reads a schedule:
///
///   never | [DAYS] HH:MM-HH:MM [xINSTANCES] {; the same} [ZONE]
///
/// DAYS is `daily` (also when left out), days or ranges of days with commas between: mon-fri,sun.
/// A window that ends before it begins goes on into the next day; 00:00-24:00 is a whole day. One
/// instance is kept when no number is given, and the most where windows overlap.
///   mon-fri 08:00-18:00
///   mon-fri 07:30-19:00 x3; sat,sun 10:00-14:00 Europe/Berlin
/// Whether the zone exists is not looked at (local_time.h). Errors: invalid_argument with the
/// column, what stands there and what was expected.
[[nodiscard]] Result<KeepWarm> parse_keep_warm(std::string_view text);
/// What parse_keep_warm reads back; "never" without windows.
[[nodiscard]] std::string to_text(const KeepWarm& schedule);

/// A minute of the week as clock and calendar show it.
struct LocalMinute {
  std::chrono::weekday day;
  int minute = 0;  ///< of the day: 0 to 1439
};
/// How many instances the schedule keeps then; 0 outside of its windows. By the clock on the wall:
/// when clocks go forward over a begin the window begins with the jump, when they go back an hour
/// of it happens twice.
[[nodiscard]] std::uint32_t instances_at(const KeepWarm& schedule, const LocalMinute& when);
/// The most that it ever keeps.
[[nodiscard]] std::uint32_t most_instances(const KeepWarm& schedule);

}  // namespace glowplug::scale
