#include "store/testing/step_killer.h"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "base/check.h"
#include "base/fd.h"

namespace glowplug::store::testing {
namespace {

bool changes_something(std::uint64_t number) {
  static constexpr std::array kCalls = {
      SYS_openat,    SYS_write,   SYS_pwrite64,  SYS_fsync,  SYS_fdatasync, SYS_ftruncate,
      SYS_renameat,  SYS_mkdirat, SYS_unlinkat,  SYS_fchmod, SYS_fchmodat,  SYS_flock,
      SYS_renameat2, SYS_fcntl,   SYS_fallocate,
#if defined(__x86_64__)
      SYS_open,      SYS_rename,  SYS_mkdir,     SYS_unlink, SYS_rmdir,     SYS_chmod,
#endif
  };
  return std::ranges::find(kCalls, static_cast<long>(number)) != kCalls.end();
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) GLOWPLUG_CHECK(errno == EINTR);
  return status;
}

[[noreturn]] void run_traced(int report_fd,
                             const std::function<void(const std::function<void(char)>&)>& work) {
  GLOWPLUG_CHECK(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == 0);
  GLOWPLUG_CHECK(::raise(SIGSTOP) == 0);
  work([report_fd](char what) { GLOWPLUG_CHECK(::write(report_fd, &what, 1) == 1); });
  ::_exit(0);
}

/// Whether the stopped child is about to make a system call that counts.
bool at_step(pid_t child) {
  struct __ptrace_syscall_info info{};
  const long size = ::ptrace(PTRACE_GET_SYSCALL_INFO, child, sizeof info, &info);
  return size > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY && changes_something(info.entry.nr);
}

/// Lets the child go on to its next system call, its end, or a signal, which it gets.
int next_stop(pid_t child, int signal) {
  GLOWPLUG_CHECK(::ptrace(PTRACE_SYSCALL, child, nullptr, signal) == 0);
  return wait_for(child);
}

Killed follow(pid_t child, std::uint64_t step) {
  constexpr int kSystemCall = SIGTRAP | 0x80;
  wait_for(child);
  GLOWPLUG_CHECK(
      ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) == 0);
  Killed killed;
  int signal = 0;
  for (;;) {
    const int status = next_stop(child, signal);
    GLOWPLUG_CHECK(!WIFSIGNALED(status));
    if (WIFEXITED(status)) {
      GLOWPLUG_CHECK(WEXITSTATUS(status) == 0);
      killed.finished = true;
      return killed;
    }
    signal = WSTOPSIG(status) == kSystemCall ? 0 : WSTOPSIG(status);
    if (signal != 0 || !at_step(child)) continue;
    if (++killed.step < step) continue;
    GLOWPLUG_CHECK(::kill(child, SIGKILL) == 0);
    wait_for(child);
    return killed;
  }
}

std::string read_all(int fd) {
  std::string text;
  char c = 0;
  while (::read(fd, &c, 1) == 1) text += c;
  return text;
}

}  // namespace

Killed run_and_kill_before(std::uint64_t step,
                           const std::function<void(const std::function<void(char)>&)>& work) {
  std::array<int, 2> ends{};
  GLOWPLUG_CHECK(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t child = ::fork();
  GLOWPLUG_CHECK(child >= 0);
  if (child == 0) run_traced(theirs.get(), work);
  theirs.reset();
  Killed killed = follow(child, step);
  killed.reported = read_all(ours.get());
  return killed;
}

}  // namespace glowplug::store::testing
