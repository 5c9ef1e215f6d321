#include "runtime/code_syscalls.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <cerrno>
#include <span>

namespace glowplug::runtime {
namespace {

// What a call may reach is decided by landlock, the namespaces and the descriptors that there are.
constexpr std::array kFiles{SCMP_SYS(read),
                            SCMP_SYS(write),
                            SCMP_SYS(readv),
                            SCMP_SYS(writev),
                            SCMP_SYS(pread64),
                            SCMP_SYS(pwrite64),
                            SCMP_SYS(preadv),
                            SCMP_SYS(pwritev),
                            SCMP_SYS(open),
                            SCMP_SYS(openat),
                            SCMP_SYS(close),
                            SCMP_SYS(close_range),
                            SCMP_SYS(stat),
                            SCMP_SYS(fstat),
                            SCMP_SYS(lstat),
                            SCMP_SYS(newfstatat),
                            SCMP_SYS(statx),
                            SCMP_SYS(statfs),
                            SCMP_SYS(fstatfs),
                            SCMP_SYS(lseek),
                            SCMP_SYS(access),
                            SCMP_SYS(faccessat),
                            SCMP_SYS(faccessat2),
                            SCMP_SYS(readlink),
                            SCMP_SYS(readlinkat),
                            SCMP_SYS(getdents),
                            SCMP_SYS(getdents64),
                            SCMP_SYS(getcwd),
                            SCMP_SYS(chdir),
                            SCMP_SYS(fchdir),
                            SCMP_SYS(dup),
                            SCMP_SYS(dup2),
                            SCMP_SYS(dup3),
                            SCMP_SYS(fcntl),
                            SCMP_SYS(flock),
                            SCMP_SYS(fsync),
                            SCMP_SYS(fdatasync),
                            SCMP_SYS(truncate),
                            SCMP_SYS(ftruncate),
                            SCMP_SYS(fallocate),
                            SCMP_SYS(mkdir),
                            SCMP_SYS(mkdirat),
                            SCMP_SYS(rmdir),
                            SCMP_SYS(unlink),
                            SCMP_SYS(unlinkat),
                            SCMP_SYS(rename),
                            SCMP_SYS(renameat),
                            SCMP_SYS(renameat2),
                            SCMP_SYS(link),
                            SCMP_SYS(linkat),
                            SCMP_SYS(symlink),
                            SCMP_SYS(symlinkat),
                            SCMP_SYS(chmod),
                            SCMP_SYS(fchmod),
                            SCMP_SYS(fchmodat),
                            SCMP_SYS(utimensat),
                            SCMP_SYS(umask),
                            SCMP_SYS(sendfile),
                            SCMP_SYS(copy_file_range),
                            SCMP_SYS(fadvise64),
                            SCMP_SYS(readahead),
                            SCMP_SYS(memfd_create),
                            SCMP_SYS(ioctl)};
constexpr std::array kMemory{SCMP_SYS(mmap),    SCMP_SYS(mprotect),   SCMP_SYS(munmap),
                             SCMP_SYS(mremap),  SCMP_SYS(madvise),    SCMP_SYS(brk),
                             SCMP_SYS(msync),   SCMP_SYS(mincore),    SCMP_SYS(mlock),
                             SCMP_SYS(munlock), SCMP_SYS(membarrier), SCMP_SYS(get_mempolicy)};
constexpr std::array kThreadsAndTime{SCMP_SYS(futex),
                                     SCMP_SYS(set_robust_list),
                                     SCMP_SYS(get_robust_list),
                                     SCMP_SYS(rseq),
                                     SCMP_SYS(sched_yield),
                                     SCMP_SYS(sched_getaffinity),
                                     SCMP_SYS(sched_setaffinity),
                                     SCMP_SYS(sched_getparam),
                                     SCMP_SYS(sched_getscheduler),
                                     SCMP_SYS(sched_get_priority_max),
                                     SCMP_SYS(sched_get_priority_min),
                                     SCMP_SYS(getpriority),
                                     SCMP_SYS(getcpu),
                                     SCMP_SYS(clock_gettime),
                                     SCMP_SYS(clock_getres),
                                     SCMP_SYS(gettimeofday),
                                     SCMP_SYS(time),
                                     SCMP_SYS(times),
                                     SCMP_SYS(nanosleep),
                                     SCMP_SYS(clock_nanosleep),
                                     SCMP_SYS(timerfd_create),
                                     SCMP_SYS(timerfd_settime),
                                     SCMP_SYS(timerfd_gettime),
                                     SCMP_SYS(setitimer),
                                     SCMP_SYS(getitimer),
                                     SCMP_SYS(alarm),
                                     SCMP_SYS(pause),
                                     SCMP_SYS(timer_create),
                                     SCMP_SYS(timer_settime),
                                     SCMP_SYS(timer_delete),
                                     SCMP_SYS(set_tid_address),
                                     SCMP_SYS(arch_prctl)};
constexpr std::array kItself{
    SCMP_SYS(getpid),        SCMP_SYS(gettid),        SCMP_SYS(getppid),
    SCMP_SYS(getuid),        SCMP_SYS(geteuid),       SCMP_SYS(getgid),
    SCMP_SYS(getegid),       SCMP_SYS(getresuid),     SCMP_SYS(getresgid),
    SCMP_SYS(getgroups),     SCMP_SYS(getpgrp),       SCMP_SYS(getpgid),
    SCMP_SYS(getsid),        SCMP_SYS(getrusage),     SCMP_SYS(getrlimit),
    SCMP_SYS(getrandom),     SCMP_SYS(sysinfo),       SCMP_SYS(uname),
    SCMP_SYS(capget),        SCMP_SYS(rt_sigaction),  SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),  SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigtimedwait),
    SCMP_SYS(rt_sigsuspend), SCMP_SYS(sigaltstack),   SCMP_SYS(restart_syscall),
    SCMP_SYS(wait4),         SCMP_SYS(waitid),        SCMP_SYS(exit),
    SCMP_SYS(exit_group)};
/// Among its own descriptors: event loops of libraries.
constexpr std::array kWaiting{
    SCMP_SYS(poll),         SCMP_SYS(ppoll),         SCMP_SYS(select),     SCMP_SYS(pselect6),
    SCMP_SYS(epoll_create), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl),  SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait),  SCMP_SYS(pipe),          SCMP_SYS(pipe2),      SCMP_SYS(eventfd2),
    SCMP_SYS(socketpair),   SCMP_SYS(sendto),        SCMP_SYS(recvfrom),   SCMP_SYS(sendmsg),
    SCMP_SYS(recvmsg),      SCMP_SYS(shutdown),      SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(getsockname),  SCMP_SYS(getpeername)};

constexpr std::array kNeverWhileLoading{SCMP_SYS(socket),
                                        SCMP_SYS(connect),
                                        SCMP_SYS(bind),
                                        SCMP_SYS(listen),
                                        SCMP_SYS(accept),
                                        SCMP_SYS(accept4),
                                        SCMP_SYS(execve),
                                        SCMP_SYS(execveat),
                                        SCMP_SYS(ptrace),
                                        SCMP_SYS(process_vm_readv),
                                        SCMP_SYS(process_vm_writev),
                                        SCMP_SYS(pidfd_getfd),
                                        SCMP_SYS(pidfd_send_signal),
                                        SCMP_SYS(kill),
                                        SCMP_SYS(tkill),
                                        SCMP_SYS(rt_sigqueueinfo),
                                        SCMP_SYS(rt_tgsigqueueinfo),
                                        SCMP_SYS(mount),
                                        SCMP_SYS(umount2),
                                        SCMP_SYS(move_mount),
                                        SCMP_SYS(open_tree),
                                        SCMP_SYS(fsopen),
                                        SCMP_SYS(pivot_root),
                                        SCMP_SYS(chroot),
                                        SCMP_SYS(setns),
                                        SCMP_SYS(unshare),
                                        SCMP_SYS(bpf),
                                        SCMP_SYS(perf_event_open),
                                        SCMP_SYS(keyctl),
                                        SCMP_SYS(add_key),
                                        SCMP_SYS(request_key),
                                        SCMP_SYS(io_uring_setup),
                                        SCMP_SYS(userfaultfd),
                                        SCMP_SYS(vfork),
                                        SCMP_SYS(setpriority),
                                        SCMP_SYS(quotactl),
                                        SCMP_SYS(mknod),
                                        SCMP_SYS(mknodat),
                                        SCMP_SYS(personality)};

/// A call that this architecture does not have needs no rule.
int add(scmp_filter_ctx context, std::uint32_t action, std::span<const int> calls) {
  for (const int call : calls) {
    if (call < 0) continue;
    if (const int failed = seccomp_rule_add(context, action, call, 0); failed != 0) return failed;
  }
  return 0;
}

int add_if(scmp_filter_ctx context, std::uint32_t action, int call, scmp_arg_cmp condition) {
  return seccomp_rule_add_array(context, action, call, 1, &condition);
}

/// The C library then makes threads and processes by clone(2), whose flags a filter can read.
int hide_clone3(scmp_filter_ctx context) {
  return seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
}

}  // namespace

int add_code_rules(void* context) {
  int failed = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  const std::array<std::span<const int>, 5> all{kFiles, kMemory, kThreadsAndTime, kItself,
                                                kWaiting};
  for (const auto calls : all) {
    if (failed == 0) failed = add(context, SCMP_ACT_ALLOW, calls);
  }
  if (failed == 0) failed = hide_clone3(context);
  if (failed == 0)
    failed = add_if(context, SCMP_ACT_ALLOW, SCMP_SYS(clone),
                    {0, SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD});
  if (failed == 0)
    failed = add_if(context, SCMP_ACT_ALLOW, SCMP_SYS(prctl), {0, SCMP_CMP_EQ, PR_SET_NAME, 0});
  // Looks at limits and sets none.
  if (failed == 0)
    failed = add_if(context, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), {2, SCMP_CMP_EQ, 0, 0});
  for (const int call : {SCMP_SYS(tgkill), SCMP_SYS(kill)}) {
    if (failed == 0)
      failed = add_if(context, SCMP_ACT_ALLOW, call, {0, SCMP_CMP_EQ, kOwnProcess, 0});
  }
  return failed;
}

int add_loading_rules(void* context) {
  const std::uint32_t refuse = SCMP_ACT_ERRNO(EPERM);
  int failed = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  if (failed == 0) failed = add(context, refuse, kNeverWhileLoading);
  if (failed == 0) failed = hide_clone3(context);
  for (const int kind : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWNET, CLONE_NEWPID}) {
    const auto space = static_cast<std::uint64_t>(kind);
    if (failed == 0)
      failed = add_if(context, refuse, SCMP_SYS(clone), {0, SCMP_CMP_MASKED_EQ, space, space});
  }
  return failed;
}

}  // namespace glowplug::runtime
