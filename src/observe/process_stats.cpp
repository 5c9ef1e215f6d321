#include "observe/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"

namespace glowplug::observe {
namespace {

/// The fields of /proc/self/stat from the third on: the second, the name, may hold anything but
/// ends with the last ")".
std::vector<std::string> stat_fields() {
  const auto stat = read_file("/proc/self/stat");
  if (!stat) return {};
  std::vector<std::string> fields;
  std::size_t at = stat->rfind(')');
  at = at == std::string::npos ? stat->size() : at + 2;
  while (at < stat->size()) {
    const std::size_t end = std::min(stat->find(' ', at), stat->size());
    fields.push_back(stat->substr(at, end - at));
    at = end + 1;
  }
  return fields;
}

double number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return static_cast<double>(value);
}

/// "btime N" of /proc/stat: when the machine started.
double boot_time() {
  const auto stat = read_file("/proc/stat");
  if (!stat) return 0;
  const std::size_t at = stat->find("\nbtime ");
  return at == std::string::npos ? 0 : number(std::string_view(*stat).substr(at + 7, 20));
}

std::uint64_t count_open_fds() {
  std::error_code error;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end;
       !error && entry != end; entry.increment(error))
    ++count;
  return count == 0 ? 0 : count - 1;  // without the one that the walk itself has open
}

// Numbers of the fields in proc(5), counted from the third.
constexpr std::size_t kUserTime = 14 - 3;
constexpr std::size_t kSystemTime = 15 - 3;
constexpr std::size_t kStartTime = 22 - 3;
constexpr std::size_t kResidentPages = 24 - 3;

}  // namespace

ProcessStats read_process_stats() {
  ProcessStats stats;
  const auto fields = stat_fields();
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (fields.size() > kResidentPages && ticks > 0) {
    stats.cpu_seconds = (number(fields[kUserTime]) + number(fields[kSystemTime])) / ticks;
    stats.start_time_seconds = boot_time() + number(fields[kStartTime]) / ticks;
    stats.resident_bytes = static_cast<std::uint64_t>(number(fields[kResidentPages])) *
                           static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
  stats.open_fds = count_open_fds();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) stats.max_fds = limit.rlim_cur;
  return stats;
}

}  // namespace glowplug::observe
