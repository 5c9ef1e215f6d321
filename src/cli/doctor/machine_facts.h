#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "base/result.h"

namespace glowplug::cli {

/// What a program or library turned out to be.
struct FoundProgram {
  std::filesystem::path path;
  std::string version;  ///< empty: `problem` says why it is not known
  std::string sha256;   ///< of libraries
  std::string problem;  ///< empty: it works
};

/// What `doctor` saw on this machine. Numbers are 0 and texts empty where the system did not say.
struct MachineFacts {
  bool is_root = false;
  std::string kernel;  ///< "6.1.0-18-amd64"
  CpuFeatures cpu;
  std::string cpu_level;  ///< as base/cpu.h names it
  unsigned cpus = 0;      ///< that this process may run on
  std::uint64_t memory_bytes = 0;
  std::uint64_t memory_available_bytes = 0;
  std::string transparent_huge_pages;  ///< "always", "madvise" or "never"
  int cgroup_version = 0;              ///< whose memory controller can be used; 0: none
  std::string cgroup_description;
  bool seccomp_filters = false;
  int landlock_version = 0;      ///< of its interface; 0: the kernel does not have it
  bool user_namespaces = false;  ///< this user may make one
  std::uint64_t open_files_soft = 0;
  std::uint64_t open_files_hard = 0;
  std::uint64_t processes = 0;  ///< RLIMIT_NPROC, soft; UINT64_MAX: no limit
  FoundProgram handler;
  FoundProgram engine;
  std::filesystem::path home;
  bool home_exists = false;
  bool home_writable = false;  ///< or can be made
  std::string store_problem;   ///< empty: it opens
  std::size_t functions = 0;
  std::uint64_t disk_free_bytes = 0;  ///< where `home` lies or would lie
};

/// Those facts that the kernel and the C library tell; `system` is "/" but in tests. Starts and
/// changes nothing but a child that tries to make a user namespace.
[[nodiscard]] MachineFacts read_machine(const std::filesystem::path& system);

}  // namespace glowplug::cli
