#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "instances/cgroup_files.h"

namespace glowplug::instances {

enum class CgroupKind { none, v1, v2 };
[[nodiscard]] std::string_view name_of(CgroupKind kind);

/// Limits of all processes of one function together; 0: no limit.
struct CgroupLimits {
  std::uint64_t memory_bytes = 0;
  std::uint32_t processes = 0;
  double cpus = 0;  ///< 0.5: half of one CPU's time
};

/// A cgroup that was made for one template; its instances inherit it. The destructor kills what is
/// still inside and removes it; that may take some ms, so let it happen on the keeper's thread.
class Cgroup {
 public:
  Cgroup(Cgroup&& other) noexcept = default;
  Cgroup& operator=(Cgroup&& other) noexcept;
  ~Cgroup();

  /// Moves a process into it; what it forks later is inside as well.
  [[nodiscard]] Result<void> add(pid_t pid) const;
  /// How many of its processes the kernel killed because memory_bytes was reached.
  [[nodiscard]] std::uint64_t out_of_memory_kills() const;
  /// The folders: one in v2, one for each controller in v1.
  [[nodiscard]] const std::vector<std::filesystem::path>& folders() const { return folders_; }

 private:
  friend class CgroupHost;
  Cgroup(CgroupKind kind, std::vector<std::filesystem::path> folders,
         std::shared_ptr<CgroupTree> tree)
      : kind_(kind), folders_(std::move(folders)), tree_(std::move(tree)) {}
  CgroupKind kind_ = CgroupKind::none;
  std::vector<std::filesystem::path> folders_;
  std::shared_ptr<CgroupTree> tree_;  // of the host and all its groups
};

/// What this machine offers for limiting a function: cgroup v2 if its memory controller can be
/// used, else v1 with a writable memory controller, else none (then only the rlimits that each
/// process sets for itself). May be used by one thread at a time, after `detect` by the keeper.
class CgroupHost {
 public:
  /// Where to look; tests give a tree of their own.
  struct Places {
    std::filesystem::path mounts = "/sys/fs/cgroup";  ///< v2, or a folder a controller in v1
    std::filesystem::path own = "/proc/self/cgroup";  ///< the groups this process is in
    std::filesystem::path proc = "/proc";  ///< tells whether the owner of a leftover still lives
  };
  /// Looks, makes this gateway's own folder (glowplug-PID-STARTTIME, under the group that the
  /// process is in) and removes those of gateways that are dead. Never fails: what cannot be had
  /// is `none`.
  [[nodiscard]] static CgroupHost detect(
      const Places& places,
      const std::shared_ptr<CgroupTree>& tree = std::make_shared<CgroupTree>());
  /// No limits by cgroup at all.
  [[nodiscard]] static CgroupHost none(std::string reason);
  CgroupHost(CgroupHost&&) noexcept = default;
  CgroupHost& operator=(CgroupHost&&) = delete;
  /// Removes the gateway's own folder; all groups in it must be gone.
  ~CgroupHost();

  [[nodiscard]] CgroupKind kind() const { return kind_; }
  /// One sentence for the log: what is used and, if it is not v2, why.
  [[nodiscard]] const std::string& description() const { return description_; }
  /// Makes a group. `name` is made fit for a file name. Errors: unimplemented (none here),
  /// permission_denied, internal.
  [[nodiscard]] Result<Cgroup> create(std::string_view name, const CgroupLimits& limits);

 private:
  CgroupHost(CgroupKind kind, std::string description, std::shared_ptr<CgroupTree> tree)
      : kind_(kind), description_(std::move(description)), tree_(std::move(tree)) {}
  CgroupKind kind_;
  std::string description_;
  std::shared_ptr<CgroupTree> tree_;
  std::filesystem::path memory_;  // this gateway's folder in v2, or under the memory controller
  std::filesystem::path cpu_;     // v1 only; empty when the controller is not there
  std::filesystem::path pids_;
  std::uint64_t made_ = 0;  // makes names unique
};

}  // namespace glowplug::instances
