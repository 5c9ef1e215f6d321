#pragma once
#include <chrono>
#include <cstdint>
#include <ctime>

namespace glowplug {

/// Date, day of the week and time of day in UTC, by std::chrono's calendar. Not gmtime_r: at its
/// first call glibc's reads /etc/localtime, nine system calls of every start.
[[nodiscard]] inline std::tm utc_of(std::int64_t unix_seconds) {
  const std::chrono::sys_seconds time{std::chrono::seconds(unix_seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  const std::chrono::sys_days new_year(date.year() / std::chrono::January / 1);
  std::tm parts{};
  parts.tm_year = static_cast<int>(date.year()) - 1900;
  parts.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  parts.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.tm_yday = static_cast<int>((day - new_year).count());
  parts.tm_wday = static_cast<int>(std::chrono::weekday(day).c_encoding());
  parts.tm_hour = static_cast<int>(clock.hours().count());
  parts.tm_min = static_cast<int>(clock.minutes().count());
  parts.tm_sec = static_cast<int>(clock.seconds().count());
  return parts;
}

}  // namespace glowplug
