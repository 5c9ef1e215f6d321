#include "store/testing/child.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "base/check.h"

namespace glowplug::store::testing {

pid_t start_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  GLOWPLUG_CHECK(child >= 0);
  if (child == 0) ::_exit(work());
  return child;
}

int end_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) GLOWPLUG_CHECK(errno == EINTR);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace glowplug::store::testing
