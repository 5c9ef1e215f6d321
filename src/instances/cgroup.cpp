#include "instances/cgroup.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/file.h"
#include "instances/cgroup_files.h"

namespace glowplug::instances {
namespace {

namespace fs = std::filesystem;

constexpr int kPeriodUs = 100000;  // of a CPU quota; the kernel's default

/// Groups of templates lie in the folder of their gateway.
void remove_gateway_folder(CgroupTree& tree, const fs::path& folder) {
  std::error_code failed;
  std::vector<fs::path> inside;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    if (entry.is_directory(failed)) inside.push_back(entry.path());
  }
  for (const fs::path& group : inside) tree.remove(group);
  tree.remove(folder);
}

void remove_leftovers(CgroupTree& tree, const fs::path& parent, const fs::path& proc) {
  std::error_code failed;
  std::vector<fs::path> dead;
  for (const fs::directory_entry& entry : fs::directory_iterator(parent, failed)) {
    const std::string name = entry.path().filename().string();
    if (is_gateway_folder(name) && !owner_lives(name, proc)) dead.push_back(entry.path());
  }
  for (const fs::path& folder : dead) remove_gateway_folder(tree, folder);
}

/// The gateway's folder under `parent`, with the leftovers beside it removed.
Result<fs::path> make_gateway_folder(CgroupTree& tree, const fs::path& parent,
                                     const CgroupHost::Places& places) {
  if (::access(parent.c_str(), W_OK) != 0)
    return system_error("make a group in " + parent.string(), errno);
  remove_leftovers(tree, parent, places.proc);
  fs::path folder = parent / gateway_folder_name(places.proc);
  GLOWPLUG_TRY(tree.make(folder));
  return folder;
}

/// Where this process is under the v1 controller, as a folder; empty if it is not mounted.
fs::path v1_parent(const CgroupHost::Places& places, std::string_view controller) {
  const fs::path mount = places.mounts / controller;
  std::error_code failed;
  if (!fs::is_directory(mount, failed)) return {};
  const auto own = own_group(places.own, controller);
  if (!own) return {};
  const fs::path group = mount / own->substr(1);
  // In a container the path may name a folder above what is mounted here.
  return fs::is_directory(group, failed) ? group : mount;
}

}  // namespace

std::string_view name_of(CgroupKind kind) {
  switch (kind) {
    case CgroupKind::v1:
      return "v1";
    case CgroupKind::v2:
      return "v2";
    case CgroupKind::none:
      break;
  }
  return "none";
}

Cgroup& Cgroup::operator=(Cgroup&& other) noexcept {
  std::swap(kind_, other.kind_);
  std::swap(folders_, other.folders_);
  std::swap(tree_, other.tree_);
  return *this;
}

Cgroup::~Cgroup() {
  for (const fs::path& folder : folders_) tree_->remove(folder);
}

Result<void> Cgroup::add(pid_t pid) const {
  for (const fs::path& folder : folders_)
    GLOWPLUG_TRY(write_control_file(folder / "cgroup.procs", std::to_string(pid)));
  return {};
}

std::uint64_t Cgroup::out_of_memory_kills() const {
  if (folders_.empty()) return 0;
  const char* file = kind_ == CgroupKind::v2 ? "memory.events" : "memory.oom_control";
  return counter_in(folders_.front() / file, "oom_kill");
}

namespace {

/// Whether children of this v2 group can be limited, switching that on if need be. Errors: no such
/// controller here, or the group has processes of its own: then the kernel refuses (only the root
/// may have both).
Result<void> let_children_be_limited(const fs::path& group) {
  if (!lists(group / "cgroup.controllers", "memory"))
    return Error{Code::unimplemented,
                 fmt::format("{} has no memory controller of cgroup v2", group.string()),
                 {}};
  if (lists(group / "cgroup.subtree_control", "memory")) return {};
  for (const char* controller : {"+pids", "+cpu"})
    (void)write_control_file(group / "cgroup.subtree_control", controller);
  return write_control_file(group / "cgroup.subtree_control", "+memory");
}

/// v2: this process's own group where it can have children with limits, else the root of what is
/// mounted, as container runtimes do when no service manager gave them a part of the tree.
Result<fs::path> v2_parent(const CgroupHost::Places& places) {
  fs::path mount = places.mounts;
  std::error_code failed;
  if (!fs::exists(mount / "cgroup.controllers", failed)) mount /= "unified";
  const auto own = own_group(places.own, "");
  if (!fs::exists(mount / "cgroup.controllers", failed) || !own)
    return Error{Code::unimplemented, "cgroup v2 is not mounted", {}};
  const fs::path group = mount / own->substr(1);
  if (fs::is_directory(group, failed) && let_children_be_limited(group)) return group;
  GLOWPLUG_TRY(let_children_be_limited(mount));
  return mount;
}

}  // namespace

CgroupHost CgroupHost::none(std::string reason) {
  return {CgroupKind::none, std::move(reason), std::make_shared<CgroupTree>()};
}

CgroupHost CgroupHost::detect(const Places& places, const std::shared_ptr<CgroupTree>& tree) {
  auto parent = v2_parent(places);
  auto folder =
      parent ? make_gateway_folder(*tree, *parent, places) : Result<fs::path>(parent.error());
  if (folder) {
    // What children of the gateway's folder may be limited in, it must be told once more.
    for (const char* controller : {"+memory", "+pids", "+cpu"})
      (void)write_control_file(*folder / "cgroup.subtree_control", controller);
    CgroupHost host(CgroupKind::v2, "functions are limited by cgroup v2", tree);
    host.memory_ = *folder;
    return host;
  }
  const std::string no_v2 = folder.error().message;
  const fs::path memory = v1_parent(places, "memory");
  auto v1 = memory.empty()
                ? Result<fs::path>(
                      Error{Code::unimplemented, "cgroup v1 has no memory controller here", {}})
                : make_gateway_folder(*tree, memory, places);
  if (!v1)
    return none(
        fmt::format("functions are limited by rlimits only: {}; {}", no_v2, v1.error().message));
  CgroupHost host(CgroupKind::v1, fmt::format("functions are limited by cgroup v1: {}", no_v2),
                  tree);
  host.memory_ = *v1;
  const auto other = [&places, &tree](std::string_view controller) {
    const fs::path there = v1_parent(places, controller);
    if (there.empty()) return fs::path();
    const auto made = make_gateway_folder(*tree, there, places);
    return made ? *made : fs::path();
  };
  host.cpu_ = other("cpu");
  host.pids_ = other("pids");
  return host;
}

CgroupHost::~CgroupHost() {
  for (const fs::path& folder : {memory_, cpu_, pids_}) {
    if (!folder.empty()) remove_gateway_folder(*tree_, folder);
  }
}

namespace {

struct Setting {
  const fs::path& parent;
  const char* file;
  std::string value;
};

Result<void> make_groups(CgroupTree& tree, std::string_view name,
                         const std::vector<Setting>& settings, std::vector<fs::path>& made) {
  for (const Setting& setting : settings) {
    const fs::path folder = setting.parent / name;
    if (std::find(made.begin(), made.end(), folder) == made.end()) {
      GLOWPLUG_TRY(tree.make(folder));
      made.push_back(folder);
    }
    GLOWPLUG_TRY(write_control_file(folder / setting.file, setting.value));
  }
  return {};
}

}  // namespace

Result<Cgroup> CgroupHost::create(std::string_view name, const CgroupLimits& limits) {
  if (kind_ == CgroupKind::none)
    return Error{Code::unimplemented, "no cgroups here: " + description_, {}};
  const bool v2 = kind_ == CgroupKind::v2;
  const auto quota = static_cast<std::int64_t>(limits.cpus * kPeriodUs);
  std::vector<Setting> settings;
  settings.push_back({memory_, v2 ? "memory.max" : "memory.limit_in_bytes",
                      limits.memory_bytes > 0 ? std::to_string(limits.memory_bytes)
                                              : std::string(v2 ? "max" : "-1")});
  const fs::path& pids = v2 ? memory_ : pids_;
  if (limits.processes > 0 && !pids.empty())
    settings.push_back({pids, "pids.max", std::to_string(limits.processes)});
  const fs::path& cpu = v2 ? memory_ : cpu_;
  if (quota > 0 && !cpu.empty())
    settings.push_back({cpu, v2 ? "cpu.max" : "cpu.cfs_quota_us",
                        v2 ? fmt::format("{} {}", quota, kPeriodUs) : std::to_string(quota)});
  std::vector<fs::path> folders;
  auto made =
      make_groups(*tree_, fmt::format("{}-{}", group_name(name), ++made_), settings, folders);
  Cgroup group(kind_, std::move(folders), tree_);  // removes what was made before an error
  if (!made) return std::move(made).error();
  return group;
}

}  // namespace glowplug::instances
