#include "scale/local_time.h"

#include <date/tz.h>

#include <ctime>

namespace glowplug::scale {
namespace {

Result<LocalMinute> own_minute(std::chrono::system_clock::time_point when) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm local{};
  if (::localtime_r(&seconds, &local) == nullptr)
    return Error{Code::unavailable, "the local time is not known", {}};
  return LocalMinute{std::chrono::weekday(static_cast<unsigned>(local.tm_wday)),
                     local.tm_hour * 60 + local.tm_min};
}

}  // namespace

Result<LocalMinute> local_minute(std::chrono::system_clock::time_point when,
                                 const std::string& zone) {
  if (zone.empty()) return own_minute(when);
  try {
    const auto local =
        date::locate_zone(zone)->to_local(std::chrono::time_point_cast<std::chrono::seconds>(when));
    const auto day = date::floor<date::days>(local);
    const auto minute = std::chrono::floor<std::chrono::minutes>(local - day);
    return LocalMinute{std::chrono::weekday(date::weekday(day).c_encoding()),
                       static_cast<int>(minute.count())};
  } catch (const std::exception& refused) {
    return Error{Code::unavailable, "time zone " + zone + ": " + refused.what(), {}};
  }
}

}  // namespace glowplug::scale
