#include "cli/doctor/judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/units.h"

namespace glowplug::cli {
namespace {

constexpr std::uint64_t kLeastDisk = std::uint64_t{1} << 30;
constexpr std::uint64_t kLeastMemory = std::uint64_t{256} << 20;
constexpr std::uint64_t kGoodOpenFiles = 20000;  // 10,000 connections and what instances need
constexpr std::uint64_t kLeastProcesses = 256;

std::string count_text(std::uint64_t count) {
  return count == UINT64_MAX ? "no limit" : fmt::format("{}", count);
}

struct Consequence {
  std::string there;
  std::string missing;
};

Check program_check(std::string name, const FoundProgram& program, Consequence meaning,
                    std::string remedy) {
  if (!program.problem.empty())
    return {std::move(name), Finding::fail,
            fmt::format("{}: {}", program.path.string(), program.problem),
            std::move(meaning.missing), std::move(remedy)};
  std::string found = fmt::format("{}   {}", program.version, program.path.string());
  if (!program.sha256.empty())
    found += fmt::format("   sha256 {}", std::string_view(program.sha256).substr(0, 12));
  return {std::move(name), Finding::ok, std::move(found), std::move(meaning.there), ""};
}

Check handler(const MachineFacts& facts) {
  return program_check(
      "handler", facts.handler,
      {"models run in its processes, never in glowplug itself", "no model can run without it"},
      "ninja -C build/release glowplug-handler, or GLOWPLUG_HANDLER=PROGRAM");
}

Check engine(const MachineFacts& facts) {
  return program_check(
      "engine_onnxruntime", facts.engine,
      {"runs every ONNX model; it has just run one", "no ONNX model can run without it"},
      "scripts/setup.sh installs it, or GLOWPLUG_ORT_LIBRARY=FILE");
}

Check cpu(const MachineFacts& facts) {
  std::string found = fmt::format("{}, {} CPU{}: {}", facts.cpu_level, facts.cpus,
                                  facts.cpus == 1 ? "" : "s", fmt::join(facts.cpu.names, " "));
  const bool slow = facts.cpu_level == "x86-64-sse2" || facts.cpu_level == "x86-64-avx";
  if (slow)
    return {"cpu", Finding::warn, std::move(found),
            "without AVX2 the engine's fast kernels are left out: several times slower",
            "run on a CPU with AVX2, or switch it on in the virtual machine"};
  return {"cpu", Finding::ok, std::move(found),
          "the engines' fast kernels are used; prepared forms are made for exactly this level", ""};
}

Check memory(const MachineFacts& facts) {
  std::string found = fmt::format("{} of {} available", human_size(facts.memory_available_bytes),
                                  human_size(facts.memory_bytes));
  if (facts.memory_available_bytes != 0 && facts.memory_available_bytes < kLeastMemory)
    return {"memory", Finding::warn, std::move(found),
            "a template with its engine needs about 100 MB before the model", "free some memory"};
  return {"memory", Finding::ok, std::move(found),
          "a template with ONNX Runtime takes some 25 MB and its weights; --template-budget bounds "
          "those asleep",
          ""};
}

Check huge_pages(const MachineFacts& facts) {
  const std::string& mode = facts.transparent_huge_pages;
  if (mode == "always" || mode == "madvise")
    return {"transparent_huge_pages", Finding::ok, mode,
            "weights and activations lie in huge pages: fast forks, few faults in a first run", ""};
  return {"transparent_huge_pages", Finding::warn, mode.empty() ? "not there" : mode,
          "weights lie in small pages: forks copy larger page tables, so starts are slower",
          "echo madvise | sudo tee /sys/kernel/mm/transparent_hugepage/enabled"};
}

Check cgroup(const MachineFacts& facts) {
  if (facts.cgroup_version != 0)
    return {"cgroup", Finding::ok, facts.cgroup_description,
            "a function as a whole keeps to its memory setting", ""};
  return {"cgroup", Finding::warn, facts.cgroup_description,
          "each process is limited by itself (RLIMIT_DATA), a function as a whole is not",
          facts.is_root ? "mount cgroup v2 with its memory controller writable"
                        : "systemd-run --user --scope -p Delegate=yes glowplug serve"};
}

Check seccomp(const MachineFacts& facts) {
  if (facts.seccomp_filters)
    return {"seccomp", Finding::ok, "filters work",
            "instances may only compute: no files, no network, no processes", ""};
  return {"seccomp", Finding::warn, "not there",
          "instances may make any system call: a flaw in an engine reaches further",
          "a kernel with CONFIG_SECCOMP_FILTER"};
}

Check landlock(const MachineFacts& facts) {
  if (facts.landlock_version > 0)
    return {"landlock", Finding::ok, fmt::format("version {}", facts.landlock_version),
            "a template reads its bundle and nothing else while it parses a model", ""};
  return {"landlock", Finding::warn, "not there", "only seccomp keeps instances away from files",
          "Linux 5.13 or newer with landlock in its lsm= list"};
}

Check namespaces(const MachineFacts& facts) {
  if (facts.user_namespaces)
    return {"user_namespaces", Finding::ok, "allowed", "templates have no network", ""};
  return {"user_namespaces", Finding::warn, "denied",
          facts.is_root ? "templates keep the network of the gateway"
                        : "instances are kept apart by seccomp and landlock alone",
          "sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000"};
}

Check user(const MachineFacts& facts) {
  if (facts.is_root)
    return {"user", Finding::ok, "root", "each function runs as a user of its own", ""};
  return {"user", Finding::ok, "an ordinary user", "all functions run as this user", ""};
}

Check open_files(const MachineFacts& facts) {
  std::string found = fmt::format("{}, at most {}", count_text(facts.open_files_soft),
                                  count_text(facts.open_files_hard));
  if (facts.open_files_hard >= kGoodOpenFiles)
    return {"open_files", Finding::ok, std::move(found),
            "enough for 10,000 connections; serve raises its own limit", ""};
  return {"open_files", Finding::warn, std::move(found),
          "each connection takes one: fewer clients at once",
          fmt::format("ulimit -Hn {}, or LimitNOFILE={} in the service", kGoodOpenFiles,
                      kGoodOpenFiles)};
}

Check processes(const MachineFacts& facts) {
  if (facts.processes >= kLeastProcesses)
    return {"processes", Finding::ok, count_text(facts.processes),
            "enough templates and instances can be started", ""};
  return {"processes", Finding::warn, count_text(facts.processes),
          "each template and instance is a process: starts may fail", "ulimit -u 4096"};
}

Check store(const MachineFacts& facts) {
  const std::string home = facts.home.string();
  if (!facts.store_problem.empty())
    return {"store", Finding::fail, fmt::format("{}: {}", home, facts.store_problem),
            "add, up and serve need it", "GLOWPLUG_HOME=FOLDER chooses another"};
  if (!facts.home_writable)
    return {
        "store", facts.home_exists ? Finding::warn : Finding::fail,
        fmt::format("{} cannot be written", home),
        facts.home_exists ? "functions are served, but none can be added" : "add and up need it",
        "GLOWPLUG_HOME=FOLDER chooses another"};
  return {"store", Finding::ok,
          facts.home_exists ? fmt::format("{}   {} function{}", home, facts.functions,
                                          facts.functions == 1 ? "" : "s")
                            : fmt::format("{}   not made yet", home),
          "bundles by digest, functions, versions and aliases; survives kill -9", ""};
}

Check disk(const MachineFacts& facts) {
  std::string found = fmt::format("{} free", human_size(facts.disk_free_bytes));
  if (facts.disk_free_bytes >= kLeastDisk)
    return {"disk", Finding::ok, std::move(found), "room for bundles and their prepared forms", ""};
  return {"disk", Finding::warn, std::move(found), "a bundle is stored twice for a moment",
          "glowplug clean"};
}

}  // namespace

std::string_view name_of(Finding finding) {
  switch (finding) {
    case Finding::ok:
      return "ok";
    case Finding::warn:
      return "warn";
    case Finding::fail:
      break;
  }
  return "fail";
}

std::vector<Check> judge(const MachineFacts& facts) {
  return {handler(facts),    engine(facts), cpu(facts),        memory(facts),
          huge_pages(facts), cgroup(facts), seccomp(facts),    landlock(facts),
          namespaces(facts), user(facts),   open_files(facts), processes(facts),
          store(facts),      disk(facts)};
}

}  // namespace glowplug::cli
