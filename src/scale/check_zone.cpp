// Apart from local_time.cpp: whoever only reads settings needs no time zone library.
#include <fmt/format.h>

#include "base/file.h"
#include "scale/local_time.h"

namespace glowplug::scale {

Result<void> check_zone(const std::string& zone) {
  constexpr const char* kZones = "/usr/share/zoneinfo/";
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (zone.empty()) return {};
  if (zone.find("..") == std::string::npos) {
    const auto data = read_file(kZones + zone, kMostBytes);
    if (data && data->starts_with("TZif")) return {};
  }
  return Error{Code::invalid_argument,
               fmt::format("\"{}\" is not a time zone that this machine knows", zone),
               "a name like Europe/Berlin or UTC (timedatectl list-timezones); the package tzdata "
               "has them"};
}

}  // namespace glowplug::scale
