#pragma once
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"

namespace glowplug::runtime {

/// Threads of this process, by the kernel's own count: links of /proc/self/task are "." and ".."
/// and one for each thread.
class ThreadCount {
 public:
  ThreadCount() : tasks_(::open("/proc/self/task", O_PATH | O_DIRECTORY | O_CLOEXEC)) {}
  [[nodiscard]] unsigned long now() const {
    struct stat status{};
    if (::fstat(tasks_.get(), &status) != 0) return 0;
    return static_cast<unsigned long>(status.st_nlink) - 2;
  }

 private:
  UniqueFd tasks_;
};

}  // namespace glowplug::runtime
