#include "runtime/syscall_filter.h"

#include <fmt/format.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>

#include "base/fd.h"
#include "base/file.h"
#include "base/sanitizers.h"
#include "runtime/code_syscalls.h"

namespace glowplug::runtime {
namespace {

constexpr std::array kAllowed{SCMP_SYS(read),
                              SCMP_SYS(write),  // doorbells: nothing else is open
                              SCMP_SYS(munmap),
                              SCMP_SYS(mremap),
                              SCMP_SYS(madvise),
                              SCMP_SYS(brk),
                              SCMP_SYS(futex),
                              SCMP_SYS(sched_yield),
                              SCMP_SYS(getcpu),
                              SCMP_SYS(clock_gettime),
                              SCMP_SYS(gettimeofday),
                              SCMP_SYS(getrandom),
                              SCMP_SYS(getpid),
                              SCMP_SYS(gettid),
                              SCMP_SYS(rt_sigprocmask),
                              SCMP_SYS(rt_sigreturn),
                              SCMP_SYS(restart_syscall),
                              SCMP_SYS(sched_getaffinity),
#if GLOWPLUG_ASAN
                              SCMP_SYS(sigaltstack),  // its runtime, before what does not return
#endif
                              SCMP_SYS(exit),
                              SCMP_SYS(exit_group)};
/// Of one that was forked ahead, when it becomes an instance: what it is called, and the end of the
/// channel over which it was told.
struct OneArgument {
  int call;
  scmp_datum_t first;
};
constexpr std::array kBecoming{OneArgument{SCMP_SYS(prctl), PR_SET_NAME},
                               OneArgument{SCMP_SYS(close), kWordDescriptor}};
/// Allowed as long as the memory is not executable.
constexpr std::array kMemoryProtecting{SCMP_SYS(mmap), SCMP_SYS(mprotect)};

using Context = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

int add_rules(scmp_filter_ctx context) {
  int failed = seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  for (const int call : kAllowed) {
    if (failed == 0) failed = seccomp_rule_add(context, SCMP_ACT_ALLOW, call, 0);
  }
  for (const OneArgument& allowed : kBecoming) {
    const scmp_arg_cmp only{0, SCMP_CMP_EQ, allowed.first, 0};
    if (failed == 0)
      failed = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, allowed.call, 1, &only);
  }
  const scmp_arg_cmp not_executable{2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0};
  for (const int call : kMemoryProtecting) {
    if (failed == 0)
      failed = seccomp_rule_add_array(context, SCMP_ACT_ALLOW, call, 1, &not_executable);
  }
  return failed;
}

/// libseccomp writes its program to a file only.
Result<std::vector<sock_filter>> export_program(scmp_filter_ctx context) {
  const UniqueFd file(::memfd_create("seccomp", MFD_CLOEXEC));
  if (!file) return system_error("make a file for the system call filter", errno);
  if (const int failed = seccomp_export_bpf(context, file.get()); failed != 0)
    return system_error("make the system call filter", -failed);
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  std::vector<sock_filter> program(static_cast<std::size_t>(size) / sizeof(sock_filter));
  if (::pread(file.get(), program.data(), static_cast<std::size_t>(size), 0) != size)
    return system_error("read the system call filter", errno);
  return program;
}

bool kernel_kills_processes() {
  const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

}  // namespace

Result<SyscallFilter> SyscallFilter::make(std::uint32_t otherwise,
                                          int (*add_rules)(void* context)) {
  if (!kernel_kills_processes())
    return Error{Code::unimplemented, "this kernel has no seccomp filters", {}};
  const Context context(seccomp_init(otherwise), seccomp_release);
  if (!context) return Error{Code::unimplemented, "libseccomp does not know this machine", {}};
  if (const int failed = add_rules(context.get()); failed != 0)
    return Error{
        Code::unimplemented, "libseccomp: " + system_error("add a rule", -failed).message, {}};
  GLOWPLUG_ASSIGN(std::vector<sock_filter> program, export_program(context.get()));
  return SyscallFilter(std::move(program));
}

Result<SyscallFilter> SyscallFilter::create() { return make(SCMP_ACT_KILL_PROCESS, add_rules); }
Result<SyscallFilter> SyscallFilter::create_for_code() {
  return make(SCMP_ACT_ERRNO(EPERM), add_code_rules);
}
Result<SyscallFilter> SyscallFilter::create_for_loading() {
  return make(SCMP_ACT_ALLOW, add_loading_rules);
}

Result<void> SyscallFilter::install() const {
  std::vector<sock_filter> own = program_;
  for (sock_filter& step : own) {
    if (step.k == kOwnProcess) step.k = static_cast<std::uint32_t>(::getpid());
  }
  const sock_fprog program{static_cast<unsigned short>(own.size()), own.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
    return Error{
        Code::unimplemented, system_error("install the system call filter", errno).message, {}};
  return {};
}

}  // namespace glowplug::runtime
