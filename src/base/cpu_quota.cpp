#include "base/cpu_quota.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"

namespace glowplug {
namespace {

constexpr double kNoQuota = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostBytes = 65536;

/// The decimal number at the start of `text`, which is moved behind it and one character more.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(std::min(text.size(), static_cast<std::size_t>(end - text.data()) + 1));
  return number;
}

double cpus_of(std::optional<std::int64_t> quota_us, std::optional<std::int64_t> period_us) {
  if (!quota_us || !period_us || *quota_us <= 0 || *period_us <= 0) return kNoQuota;
  return static_cast<double>(*quota_us) / static_cast<double>(*period_us);
}

std::optional<std::int64_t> number_in(const std::filesystem::path& file) {
  const auto text = read_file(file, kMostBytes);
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  return take_number(rest);
}

double quota_of(const std::filesystem::path& group) {
  if (const auto text = read_file(group / "cpu.max", kMostBytes)) {  // "max 100000"
    std::string_view rest = *text;
    const auto quota = take_number(rest);
    return cpus_of(quota, take_number(rest));
  }
  return cpus_of(number_in(group / "cpu.cfs_quota_us"), number_in(group / "cpu.cfs_period_us"));
}

/// Of `path` below `mount` and of every group above it.
double least_quota(const std::filesystem::path& mount, std::string_view path) {
  double least = quota_of(mount);
  std::filesystem::path group = mount;
  for (const auto& name : std::filesystem::path(path).relative_path()) {
    if (name == ".." || name.empty()) break;
    group /= name;
    least = std::min(least, quota_of(group));
  }
  return least;
}

/// "0::/a/b" is v2; "4:cpu,cpuacct:/a/b" is v1.
double quota_of_line(std::string_view line, const std::filesystem::path& system) {
  const std::size_t first = line.find(':');
  const std::size_t second = line.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return kNoQuota;
  std::string names(line.substr(first, second - first + 1));  // ":cpu,cpuacct:"
  std::ranges::replace(names, ':', ',');
  const std::filesystem::path mounts = system / "sys/fs/cgroup";
  if (names == ",,") return least_quota(mounts, line.substr(second + 1));
  if (names.find(",cpu,") == std::string::npos) return kNoQuota;
  return least_quota(mounts / "cpu", line.substr(second + 1));
}

}  // namespace

double cpu_quota(const std::filesystem::path& system) {
  const auto groups = read_file(system / "proc/self/cgroup", kMostBytes);
  if (!groups) return kNoQuota;
  double least = kNoQuota;
  for (std::string_view rest = *groups; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    least = std::min(least, quota_of_line(line, system));
  }
  return least;
}

bool has_whole_cpu() { return cpu_quota() >= 1; }

}  // namespace glowplug
