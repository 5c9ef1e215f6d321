#include "instances/memory_use.h"

#include <unistd.h>

#include <sstream>
#include <string>

#include "base/file.h"

namespace glowplug::instances {

std::uint64_t pss_of(pid_t pid, const std::filesystem::path& proc) {
  const std::filesystem::path folder = proc / std::to_string(pid);
  if (const auto rollup = read_file(folder / "smaps_rollup")) {
    const std::size_t line = rollup->find("\nPss:");
    if (line != std::string::npos) {
      std::istringstream number(rollup->substr(line + 5));
      std::uint64_t kilobytes = 0;
      if (number >> kilobytes) return kilobytes * 1024;
    }
  }
  const auto statm = read_file(folder / "statm");
  if (!statm) return 0;
  std::istringstream numbers(*statm);
  std::uint64_t total_pages = 0;
  std::uint64_t resident_pages = 0;
  numbers >> total_pages >> resident_pages;
  return resident_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t pss_of_child(pid_t pid, pid_t parent, const std::filesystem::path& proc) {
  if (pid <= 0) return 0;
  const auto status = read_file(proc / std::to_string(pid) / "status");
  if (!status || status->find("\nPPid:\t" + std::to_string(parent) + "\n") == std::string::npos)
    return 0;
  return pss_of(pid, proc);
}

}  // namespace glowplug::instances
