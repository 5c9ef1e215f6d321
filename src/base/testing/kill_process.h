#pragma once
#include <sys/types.h>

#include <csignal>

#include "base/check.h"

namespace glowplug {

/// SIGKILL to one process. A number that is none of a process (what fork() and lookups give when
/// they fail) ends the test, where kill(2) would end its whole process group, or everything.
inline void kill_process(pid_t pid) {
  GLOWPLUG_CHECK(pid > 0);
  (void)::kill(pid, SIGKILL);
}

}  // namespace glowplug
