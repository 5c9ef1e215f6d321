#include "cli/doctor/machine_facts.h"

#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>

#include "base/file.h"

namespace glowplug::cli {
namespace {

/// "always [madvise] never": the word in brackets.
std::string chosen_word(const std::filesystem::path& file) {
  const auto text = read_file(file, 4096);
  if (!text) return "";
  const std::size_t open = text->find('[');
  const std::size_t close = text->find(']');
  if (open == std::string::npos || close == std::string::npos || close < open) return "";
  return text->substr(open + 1, close - open - 1);
}

/// A line "MemTotal:  32594672 kB" of /proc/meminfo (proc(5)), in bytes.
std::uint64_t memory_line(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return 0;
  text.remove_prefix(at + name.size());
  text.remove_prefix(std::min(text.find_first_not_of(": "), text.size()));
  std::uint64_t kib = 0;
  std::from_chars(text.data(), text.data() + text.size(), kib);
  return kib * 1024;
}

bool has_seccomp_filters() {
  const std::uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int landlock_version() {
  const long version =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

bool may_make_user_namespace() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWUSER) == 0 ? 0 : 1);
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

std::uint64_t limit_of(rlim_t value) {
  return value == RLIM_INFINITY ? UINT64_MAX : static_cast<std::uint64_t>(value);
}

void read_limits(MachineFacts& facts) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    facts.open_files_soft = limit_of(limit.rlim_cur);
    facts.open_files_hard = limit_of(limit.rlim_max);
  }
  if (::getrlimit(RLIMIT_NPROC, &limit) == 0) facts.processes = limit_of(limit.rlim_cur);
}

unsigned usable_cpus() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 0;
  return static_cast<unsigned>(CPU_COUNT(&set));
}

}  // namespace

MachineFacts read_machine(const std::filesystem::path& system) {
  MachineFacts facts;
  facts.is_root = ::geteuid() == 0;
  utsname name{};
  if (::uname(&name) == 0) facts.kernel = static_cast<const char*>(name.release);
  facts.cpu = detect_cpu();
  facts.cpu_level = cpu_level(facts.cpu);
  facts.cpus = usable_cpus();
  if (const auto memory = read_file(system / "proc/meminfo", std::size_t{1} << 16)) {
    facts.memory_bytes = memory_line(*memory, "MemTotal");
    facts.memory_available_bytes = memory_line(*memory, "MemAvailable");
  }
  facts.transparent_huge_pages = chosen_word(system / "sys/kernel/mm/transparent_hugepage/enabled");
  facts.seccomp_filters = has_seccomp_filters();
  facts.landlock_version = landlock_version();
  facts.user_namespaces = may_make_user_namespace();
  read_limits(facts);
  return facts;
}

}  // namespace glowplug::cli
