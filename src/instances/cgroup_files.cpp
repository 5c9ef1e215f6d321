#include "instances/cgroup_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <sstream>
#include <thread>

#include "base/file.h"
#include "base/time.h"

namespace glowplug::instances {
namespace {

constexpr std::string_view kPrefix = "glowplug-";

std::string text_of(const std::filesystem::path& file) {
  auto text = read_file(file, std::size_t{1} << 20);
  return text ? *std::move(text) : std::string();
}

/// Field 22 of stat(5), counted from behind the command's name, which may hold anything.
std::string start_time_of(pid_t pid, const std::filesystem::path& proc) {
  const std::string stat = text_of(proc / std::to_string(pid) / "stat");
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(stat.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  return fields ? field : std::string();
}

}  // namespace

Result<void> CgroupTree::make(const std::filesystem::path& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST)
    return system_error("make " + folder.string(), errno);
  return {};
}

void CgroupTree::remove(const std::filesystem::path& folder) {
  constexpr int kTries = 100;
  for (int tried = 0; tried < kTries; ++tried) {
    if (::rmdir(folder.c_str()) == 0 || errno == ENOENT) return;
    if (!write_control_file(folder / "cgroup.kill", "1")) {
      for (const pid_t pid : processes_in(folder)) (void)::kill(pid, SIGKILL);
    }
    std::this_thread::sleep_for(milliseconds(2));
  }
}

Result<void> write_control_file(const std::filesystem::path& file, std::string_view value) {
  const auto failed = [&](int reason) {
    return system_error(fmt::format("write \"{}\" into {}", value, file.string()), reason);
  };
  const UniqueFd fd(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd) return failed(errno);
  const ssize_t wrote = ::write(fd.get(), value.data(), value.size());
  if (wrote != static_cast<ssize_t>(value.size())) return failed(errno);
  return {};
}

bool lists(const std::filesystem::path& file, std::string_view word) {
  std::istringstream words(text_of(file));
  std::string one;
  while (words >> one) {
    if (one == word) return true;
  }
  return false;
}

std::uint64_t counter_in(const std::filesystem::path& file, std::string_view key) {
  std::istringstream words(text_of(file));
  std::string name;
  std::uint64_t number = 0;
  while (words >> name >> number) {
    if (name == key) return number;
  }
  return 0;
}

std::vector<pid_t> processes_in(const std::filesystem::path& group) {
  std::istringstream lines(text_of(group / "cgroup.procs"));
  std::vector<pid_t> pids;
  pid_t pid = 0;
  while (lines >> pid) {
    if (pid > 1) pids.push_back(pid);
  }
  return pids;
}

std::optional<std::string> own_group(const std::filesystem::path& file,
                                     std::string_view controller) {
  std::istringstream lines(text_of(file));
  std::string line;
  while (std::getline(lines, line)) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::istringstream names(line.substr(first + 1, second - first - 1));
    std::string path = line.substr(second + 1);
    if (path.empty() || path.front() != '/') continue;
    if (controller.empty() && second == first + 1) return path;
    for (std::string name; std::getline(names, name, ',');) {
      if (!controller.empty() && name == controller) return path;
    }
  }
  return std::nullopt;
}

std::string gateway_folder_name(const std::filesystem::path& proc) {
  const pid_t pid = ::getpid();
  return fmt::format("{}{}-{}", kPrefix, pid, start_time_of(pid, proc));
}

bool is_gateway_folder(std::string_view name) {
  if (!name.starts_with(kPrefix)) return false;
  name.remove_prefix(kPrefix.size());
  return name.find('-') != std::string_view::npos &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return c == '-' || (c >= '0' && c <= '9'); });
}

bool owner_lives(std::string_view name, const std::filesystem::path& proc) {
  name.remove_prefix(kPrefix.size());
  const std::size_t dash = name.find('-');
  pid_t pid = 0;
  const std::string_view digits = name.substr(0, dash);
  (void)std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  const std::string start = start_time_of(pid, proc);
  return !start.empty() && start == name.substr(dash + 1);
}

std::string group_name(std::string_view name) {
  constexpr std::size_t kMostBytes = 100;
  std::string fit(name.substr(0, kMostBytes));
  for (char& c : fit) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    if (!plain) c = '_';
  }
  return fit;
}

}  // namespace glowplug::instances
