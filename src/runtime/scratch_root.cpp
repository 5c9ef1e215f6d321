#include "runtime/scratch_root.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>

#include "base/file.h"
#include "engine/code/scratch.h"

namespace glowplug::runtime {
namespace {

constexpr const char* kPrefix = "glowplug-scratch.";

/// In the Filesystem Hierarchy Standard, for disks that are put in: nothing that a handler reads.
constexpr const char* kMountPoint = "/media";

bool mount_in_memory(std::uint32_t owner, std::uint64_t most_bytes) {
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  const std::uint32_t user = owner == 0 ? ::geteuid() : owner;
  const std::string options = fmt::format("mode=0700,uid={},gid={},size={},nr_inodes=16384", user,
                                          owner == 0 ? ::getegid() : owner, most_bytes);
  return ::mount("tmpfs", kMountPoint, "tmpfs", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
}

std::filesystem::path folder_for_temporary_files() {
  const char* const given = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe): one thread
  return given != nullptr && *given == '/' ? given : "/tmp";
}

/// The lock of `folder` if nobody has it.
UniqueFd lock_of(const std::filesystem::path& folder) {
  UniqueFd opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (opened && ::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) opened.reset();
  return opened;
}

bool is_there(const std::filesystem::path& folder, int opened) {
  struct stat named{}, held{};
  return ::lstat(folder.c_str(), &named) == 0 && ::fstat(opened, &held) == 0 &&
         named.st_ino == held.st_ino && named.st_dev == held.st_dev;
}

void remove_left_ones(const std::filesystem::path& parent) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(parent, failed)) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(kPrefix)) continue;
    struct stat status{};
    if (::lstat(entry.path().c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) continue;
    if (status.st_uid != ::geteuid() && ::geteuid() != 0) continue;
    if (const UniqueFd lock = lock_of(entry.path()); lock) {
      (void)engine::code::empty_folder(entry.path());
      (void)::rmdir(entry.path().c_str());
    }
  }
}

Result<ScratchRoot> make_folder(std::uint32_t owner) {
  constexpr int kTries =
      10;  // another process may take a folder for a left one before it is locked
  const std::filesystem::path parent = folder_for_temporary_files();
  remove_left_ones(parent);
  for (int i = 0; i < kTries; ++i) {
    std::string name = (parent / kPrefix).string() + "XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return system_error("make the folder " + name, errno);
    UniqueFd lock = lock_of(name);
    if (!lock || !is_there(name, lock.get())) continue;
    if (owner != 0 && ::fchown(lock.get(), owner, owner) != 0)
      return system_error("give away the folder " + name, errno);
    return ScratchRoot{name, false, std::move(lock)};
  }
  return Error{Code::internal, "no scratch folder could be made in " + parent.string(), {}};
}

}  // namespace

Result<ScratchRoot> make_scratch_root(std::uint32_t owner, std::uint64_t most_bytes) {
  if (mount_in_memory(owner, most_bytes)) return ScratchRoot{kMountPoint, true, {}};
  return make_folder(owner);
}

}  // namespace glowplug::runtime
