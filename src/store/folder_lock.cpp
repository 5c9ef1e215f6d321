#include "store/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <thread>

#include "base/file.h"
#include "base/time.h"

namespace glowplug::store {
namespace {

constexpr Duration kPatience = seconds(10);
constexpr Duration kPause = milliseconds(2);  // flock has no wait with a limit

bool lies_at(const std::filesystem::path& folder, int fd) {
  struct stat there{};
  struct stat ours{};
  return ::stat(folder.c_str(), &there) == 0 && ::fstat(fd, &ours) == 0 &&
         there.st_ino == ours.st_ino && there.st_dev == ours.st_dev;
}

Error gone(const std::filesystem::path& folder) {
  return Error{Code::not_found, folder.string() + " was removed meanwhile", {}};
}

}  // namespace

Result<std::optional<UniqueFd>> try_lock_folder(const std::filesystem::path& folder,
                                                LockKind kind) {
  GLOWPLUG_ASSIGN(UniqueFd fd, open_file(folder, O_RDONLY | O_DIRECTORY));
  const int operation = (kind == LockKind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(fd.get(), operation) != 0) {
    if (errno == EWOULDBLOCK) return std::optional<UniqueFd>();
    if (errno != EINTR) return system_error("lock " + folder.string(), errno);
  }
  if (!lies_at(folder, fd.get())) return gone(folder);
  return std::optional<UniqueFd>(std::move(fd));
}

Result<UniqueFd> lock_folder(const std::filesystem::path& folder, LockKind kind) {
  const Time deadline = Clock::now() + kPatience;
  for (;;) {
    GLOWPLUG_ASSIGN(std::optional<UniqueFd> lock, try_lock_folder(folder, kind));
    if (lock) return *std::move(lock);
    if (Clock::now() >= deadline)
      return Error{Code::unavailable,
                   fmt::format("{} is locked by another process for more than {} s",
                               folder.string(), kPatience / seconds(1)),
                   "try again"};
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace glowplug::store
