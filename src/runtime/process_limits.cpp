#include "runtime/process_limits.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/file.h"
#include "base/sanitizers.h"

namespace glowplug::runtime {
namespace {

constexpr rlim_t kMostDescriptors = 1024;  // two for each slot

bool lower_limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit{};
  if (::getrlimit(resource, &limit) != 0) return false;
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  return ::setrlimit(resource, &limit) == 0;
}

bool limit_memory(std::uint64_t memory_bytes) {
#if GLOWPLUG_ASAN || GLOWPLUG_TSAN
  // The sanitizers' shadow memory counts as data: terabytes of it.
  return memory_bytes == 0;
#else
  return memory_bytes == 0 || lower_limit(RLIMIT_DATA, memory_bytes);
#endif
}

/// Keeps the user's own number inside a new user namespace, so that the process still looks like
/// the user's to those who ask.
void map_own_user(uid_t user, gid_t group) {
  const auto write = [](const char* path, const std::string& text) {
    const auto file = open_file(path, O_WRONLY);
    if (file) (void)!::write(file->get(), text.data(), text.size());
  };
  write("/proc/self/setgroups", "deny");
  write("/proc/self/uid_map", fmt::format("{0} {0} 1", user));
  write("/proc/self/gid_map", fmt::format("{0} {0} 1", group));
}

}  // namespace

void limit_resources(std::uint64_t memory_bytes, std::vector<std::string>& missing) {
  if (!limit_memory(memory_bytes)) missing.emplace_back("memory limit");
  (void)lower_limit(RLIMIT_CORE, 0);
  (void)lower_limit(RLIMIT_NOFILE, kMostDescriptors);
}

void leave_namespaces(std::vector<std::string>& missing) {
  constexpr int kNamespaces = CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
  const uid_t user = ::geteuid();
  const gid_t group = ::getegid();
  if (user == 0) {
    if (::unshare(kNamespaces) != 0) missing.emplace_back("namespaces");
    return;
  }
  if (::unshare(CLONE_NEWUSER | kNamespaces) != 0) {
    missing.emplace_back("namespaces");
    return;
  }
  // Entering took "dumpable" away, and with it the right of the user's own gateway to read this
  // process's memory figures.
  (void)::prctl(PR_SET_DUMPABLE, 1);
  map_own_user(user, group);
}

namespace {

/// capset(2), which the C library leaves to libcap: for this thread, the only one.
bool set_capabilities(std::uint32_t mask) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
  data[0] = {mask, mask, 0};
  return ::syscall(SYS_capset, &header, data.data()) == 0;
}

}  // namespace

void drop_capabilities() { (void)set_capabilities(0); }

Result<void> become_user(std::uint32_t id, Keep keep) {
  const auto failed = [id](int reason) {
    return system_error(fmt::format("become user {}", id), reason);
  };
  if (keep == Keep::search) (void)::prctl(PR_SET_KEEPCAPS, 1);
  if (::setgroups(0, nullptr) != 0) return failed(errno);
  if (::setresgid(id, id, id) != 0) return failed(errno);
  if (::setresuid(id, id, id) != 0) return failed(errno);
  // The bits are not kept across an exec, and refused where we had none ourselves.
  if (keep == Keep::search && !set_capabilities(1U << CAP_DAC_READ_SEARCH)) drop_capabilities();
  return {};
}

void die_with_parent(int parent) {
  (void)::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(0);
}

}  // namespace glowplug::runtime
