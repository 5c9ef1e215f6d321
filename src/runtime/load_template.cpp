#include "runtime/load_template.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "base/file.h"
#include "base/time.h"
#include "engine/code/code.h"
#include "engine/code/scratch.h"
#include "handler/event_session.h"
#include "runtime/bundle_assets.h"
#include "runtime/function_log.h"
#include "runtime/open_media.h"
#include "runtime/process_limits.h"
#include "runtime/template_paths.h"
#include "runtime/warm_up.h"

namespace glowplug::runtime {
namespace {

using instances::TemplateReady;
using instances::TemplateSpec;

/// Nanoseconds from one look to the next, so that the phases of a start leave nothing out.
class Laps {
 public:
  std::int64_t next() {
    const Time now = Clock::now();
    return std::chrono::duration_cast<nanoseconds>(now - std::exchange(last_, now)).count();
  }

 private:
  Time last_ = Clock::now();
};

/// What a sleeping template may keep ready for its next child: less than would tip a function over
/// its limit, which counts it.
std::uint64_t stock_bytes(std::uint64_t memory_bytes) {
  constexpr std::uint64_t kMost = std::uint64_t{32} << 20;
  return memory_bytes == 0 ? kMost : std::min(kMost, memory_bytes / 16);
}

constexpr std::uint64_t kMostScratch = std::uint64_t{512} << 20;

/// Files in memory count as memory of the function.
std::uint64_t scratch_bytes(std::uint64_t memory_bytes) {
  return memory_bytes == 0 ? kMostScratch : std::min(kMostScratch, memory_bytes / 2);
}

Result<void> check_spec(const TemplateSpec& spec) {
  if (spec.threads != 1)
    return Error{Code::unimplemented,
                 fmt::format("{} threads were asked for; a template that is forked has exactly one",
                             spec.threads),
                 "set threads to 1 and use more instances"};
  if (spec.run_as != 0 && ::geteuid() != 0)
    return Error{Code::permission_denied,
                 fmt::format("user {} was asked for, but this process is of user {} and only root "
                             "may become another",
                             spec.run_as, ::geteuid()),
                 {}};
  if (spec.model.empty()) return Error{Code::invalid_argument, "no model was named", {}};
  return {};
}

bool has_huge_pages() {
  const auto modes = read_file("/sys/kernel/mm/transparent_hugepage/enabled", 4096);
  return modes && modes->find("[never]") == std::string::npos;
}

/// What libraries of Python and of C look at in /etc; nothing of it is anybody's secret.
constexpr std::array kFilesOfTheSystem{"/etc/ld.so.cache", "/etc/localtime",
                                       "/etc/timezone",    "/etc/mime.types",
                                       "/etc/fonts",       "/etc/ssl/openssl.cnf"};

/// Reading outside of the bundle that engines and the C library are known to do.
LandlockRules template_files(const TemplatePaths& paths, const ScratchRoot& scratch) {
  LandlockRules rules;
  rules.read = {".",
                paths.model.parent_path(),
                "/usr",
                "/lib",
                "/lib64",
                "/sys/devices/system",
                "/sys/fs/cgroup",
                "/proc/self",
                "/proc/cpuinfo",
                "/proc/meminfo",
                "/proc/stat",
                "/dev/null",
                "/dev/urandom"};
  if (!paths.portable_model.empty()) rules.read.push_back(paths.portable_model.parent_path());
  if (!paths.prepare_into.empty()) rules.write.push_back(paths.prepare_into);
  if (!scratch.path.empty()) {
    rules.write.push_back(scratch.path);
    for (const char* const file : kFilesOfTheSystem) rules.read.emplace_back(file);
  }
  return rules;
}

/// Without landlock the template goes on: `missing` says so when the sandbox is made. False then.
Result<bool> take_other_files(const TemplatePaths& paths, const ScratchRoot& scratch) {
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const auto landlock = Landlock::create(template_files(paths, scratch));
  if (landlock) {
    GLOWPLUG_TRY(landlock->enter());
    return true;
  }
  if (landlock.error().code == Code::unimplemented) return false;
  return landlock.error();
}

Result<void> give_up_rights(const TemplateSpec& spec, const TemplatePaths& paths, pid_t parent,
                            LoadedTemplate& loaded) {
  std::vector<std::string>& missing = loaded.ready.missing;
  limit_resources(spec.memory_bytes, missing);
  leave_namespaces(missing);
  if (loaded.runs_code) {
    GLOWPLUG_ASSIGN(loaded.scratch,
                    make_scratch_root(spec.run_as, scratch_bytes(spec.memory_bytes)));
    if (!loaded.scratch.limited) missing.emplace_back("scratch limit");
  }
  if (spec.run_as != 0) {
    // Where the bundle cannot be shown at an open place, its model is loaded with the right to pass
    // private folders, if landlock leaves nothing but the bundle to read behind them.
    const bool shown = bring_bundle_within_reach();
    GLOWPLUG_TRY(become_user(spec.run_as, shown ? Keep::nothing : Keep::search));
  }
  die_with_parent(parent);
  bool only_bundle = false;
  if (spec.sandbox) {
    GLOWPLUG_ASSIGN(only_bundle, take_other_files(paths, loaded.scratch));
  }
  if (spec.run_as != 0 && !only_bundle) drop_capabilities();
  return {};
}

/// The language's own settings before anything of the user's is looked at, and of the rest of the
/// environment nothing: keys and tokens lie there.
void set_environment(const TemplateSpec& spec) {
  ::clearenv();
  engine::code::allow_one_thread();
  (void)::setenv("LANG", "C.UTF-8", 1);
  (void)::setenv("PATH", "/usr/bin:/bin", 1);
  (void)::setenv("HOME", "/nonexistent", 1);
  for (const auto& [name, value] : spec.environment) (void)::setenv(name.c_str(), value.c_str(), 1);
}

/// What is printed from now on is the function's log; the files that instances read are known.
Result<void> get_ready_for_code(LoadedTemplate& loaded, const TemplateSpec& spec) {
  drop_capabilities();
  GLOWPLUG_ASSIGN(loaded.function_log, start_function_log(spec.function, spec.version));
  for (const int output : {STDOUT_FILENO, STDERR_FILENO}) {
    if (::dup2(loaded.function_log.get(), output) < 0)
      return system_error("redirect the handler's output", errno);
  }
  set_environment(spec);
  (void)::setenv("TMPDIR", loaded.scratch.path.c_str(), 1);
  if (!spec.sandbox) return {};
  (void)::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  const auto filter = SyscallFilter::create_for_loading();
  if (filter) return filter->install();
  return filter.error().code == Code::unimplemented ? Result<void>() : filter.error();
}

unsigned long threads_of_this_process() {
  struct stat status{};
  if (::stat("/proc/self/task", &status) != 0) return 1;
  return static_cast<unsigned long>(status.st_nlink) - 2;
}

Result<void> check_forkable() {
  const unsigned long threads = threads_of_this_process();
  if (threads == 1) return {};
  return Error{Code::failed_precondition,
               fmt::format("the handler started {} threads before the fork", threads - 1),
               "start them while an event is answered, or not at all"};
}

LandlockRules instance_files(const TemplatePaths& paths) {
  LandlockRules rules;
  rules.read = {
      ".",          "/usr",          "/lib",          "/lib64",      "/sys/devices/system",
      "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/dev/urandom"};
  if (paths.model.has_parent_path()) rules.read.push_back(paths.model.parent_path());
  for (const char* const file : kFilesOfTheSystem) rules.read.emplace_back(file);
  return rules;
}

/// Where the folders above the bundle cannot be passed for good, it is reached through the current
/// folder.
std::filesystem::path lasting_path(const std::filesystem::path& file) {
  std::error_code failed;
  const std::filesystem::path here = std::filesystem::current_path(failed);
  const bool reachable = !failed && ::access((here / file).c_str(), R_OK) == 0;
  return (reachable ? here : std::filesystem::path("/proc/self/cwd")) / file;
}

Result<std::unique_ptr<engine::Session>> open_form(engine::Engine& engine,
                                                   const std::filesystem::path& model,
                                                   const TemplateSpec& spec, bool prepared) {
  GLOWPLUG_TRY(check_readable(model));
  return engine.open(model, {.threads = spec.threads,
                             .prepared = prepared,
                             .function = spec.function,
                             .version = spec.version});
}

/// The prepared form, or with a reason the portable one.
Result<std::unique_ptr<engine::Session>> open_model(engine::Engine& engine,
                                                    const TemplatePaths& paths,
                                                    const TemplateSpec& spec, TemplateReady& ready,
                                                    Log& log) {
  auto session = open_form(engine, paths.model, spec, spec.prepared);
  ready.used_prepared = session && spec.prepared;
  if (session || !spec.prepared || paths.portable_model.empty()) return session;
  ready.prepared_problem = session.error().message;
  log.warning("prepared_form_refused", "the portable form serves",
              {{"function", spec.function}, {"reason", ready.prepared_problem}});
  return open_form(engine, paths.portable_model, spec, false);
}

std::uint64_t resident_bytes() {
  const auto text = read_file("/proc/self/statm", 4096);
  if (!text) return 0;
  std::uint64_t pages = 0;
  const std::size_t at = std::min(text->find(' '), text->size() - 1) + 1;
  (void)std::from_chars(text->data() + at, text->data() + text->size(), pages);
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

bool run_once(engine::Session& session, const TemplateSpec& spec, Log& log) {
  const auto warm = warm_up(session, ".");
  // A model may refuse zeros, and a request that it refuses will be told why.
  if (!warm)
    log.warning("warm_up_failed", "the model refused the first run; it serves all the same",
                {{"function", spec.function}, {"reason", warm.error().message}});
  return warm.has_value();
}

/// Of a run that takes long, or much memory to ask for, a wake's faults are a small part.
std::vector<std::optional<Tensor>> rehearsal_inputs(const LoadedTemplate& loaded) {
  constexpr std::int64_t kLongestNs = 100'000'000;
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  if (loaded.ready.warm_up_ns > kLongestNs) return {};
  auto inputs = warm_up_inputs(loaded.session->signature(), ".");
  std::size_t bytes = 0;
  for (const auto& input : inputs) bytes += input ? input->bytes.size() : 0;
  if (bytes > kMostBytes) inputs.clear();
  return inputs;
}

/// Its codecs and tables are in memory then, for all instances, too.
void try_handler(engine::Session& events, const TemplateSpec& spec, Log& log) {
  const auto checked = check_event(events, ".");
  if (!checked)
    log.warning("sample_event_differs", "the handler does not answer its sample as at export",
                {{"function", spec.function}, {"reason", checked.error().message}});
}

/// The function's handler, which answers events with the model.
Result<void> load_handler(LoadedTemplate& loaded, const TemplateSpec& spec) {
  if (spec.handler.is_null()) return {};
  loaded.assets = std::make_unique<BundleAssets>(".");
  GLOWPLUG_ASSIGN(const Signature signature, signature_from_json(spec.signature));
  auto handler = handler::Handler::create(spec.handler, signature, *loaded.assets, loaded.media);
  if (!handler) return std::move(handler).error().in("the bundle's handler");
  loaded.events = std::make_unique<handler::EventSession>(*std::move(handler), *loaded.session);
  return {};
}

Result<void> load_session(LoadedTemplate& loaded, const TemplatePaths& paths,
                          const TemplateSpec& spec, Laps& laps, Log& log) {
  GLOWPLUG_ASSIGN(loaded.session, open_model(*loaded.engine, paths, spec, loaded.ready, log));
  loaded.ready.signature = loaded.session->signature();
  GLOWPLUG_TRY(load_handler(loaded, spec));
  loaded.ready.model_ns = laps.next();
  if (spec.warm_up) {
    const bool ran = run_once(*loaded.session, spec, log);
    if (loaded.events) try_handler(*loaded.events, spec, log);
    loaded.ready.warm_up_ns = laps.next();
    if (ran && spec.fork_ahead) loaded.rehearsal = rehearsal_inputs(loaded);
  }
  loaded.engine->before_forks();
  loaded.ready.model_ns += laps.next();  // where its memory lies is part of opening it
  return {};
}

/// What it does with an event that nobody gave, nobody knows: it is called only for a sample of its
/// author's.
Result<void> load_code(LoadedTemplate& loaded, const TemplatePaths& paths, const TemplateSpec& spec,
                       Laps& laps, Log& log) {
  GLOWPLUG_TRY(check_readable(paths.model));
  GLOWPLUG_TRY(get_ready_for_code(loaded, spec));
  GLOWPLUG_ASSIGN(loaded.session,
                  open_form(*loaded.engine, lasting_path(paths.model), spec, false));
  loaded.ready.model_ns = laps.next();
  if (spec.warm_up) {
    try_handler(*loaded.session, spec, log);
    loaded.ready.warm_up_ns = laps.next();
  }
  (void)engine::code::empty_folder(loaded.scratch.path);
  GLOWPLUG_TRY(check_forkable());
  loaded.ready.signature = loaded.session->signature();
  loaded.ready.description = loaded.session->description();
  if (spec.sandbox)
    loaded.sandbox = Sandbox::create_for_code(instance_files(paths), loaded.ready.missing);
  return {};
}

Result<void> prepare(LoadedTemplate& loaded, const TemplatePaths& paths, Laps& laps) {
  GLOWPLUG_TRY(check_readable(paths.model));
  GLOWPLUG_ASSIGN(loaded.ready.prepared_file,
                  loaded.engine->prepare(paths.model, paths.prepare_into));
  loaded.ready.model_ns = laps.next();
  return {};
}

Result<void> load_what_is_asked(LoadedTemplate& loaded, const TemplatePaths& paths,
                                const TemplateSpec& spec, Laps& laps, Log& log) {
  if (spec.prepare_only) return prepare(loaded, paths, laps);
  if (loaded.runs_code) return load_code(loaded, paths, spec, laps, log);
  return load_session(loaded, paths, spec, laps, log);
}

}  // namespace

Result<LoadedTemplate> load_template(const TemplateSpec& spec, const OpenEngine& open, pid_t parent,
                                     Log& log) {
  Laps laps;
  GLOWPLUG_TRY(check_spec(spec));
  LoadedTemplate loaded;
  GLOWPLUG_ASSIGN(loaded.dev_null, open_file("/dev/null", O_RDWR));  // while it may
  TemplateReady& ready = loaded.ready;
  GLOWPLUG_ASSIGN(loaded.engine, open(spec.engine, spec.engine_library));
  ready.engine_version = loaded.engine->version();
  if (!spec.prepare_only) {
    GLOWPLUG_ASSIGN(loaded.media, open_media_for(spec.handler));
  }
  ready.engine_ns = laps.next();
  GLOWPLUG_ASSIGN(const TemplatePaths paths, enter_bundle(spec));
  const bool huge_pages = has_huge_pages();  // while /sys may be read
  if (!huge_pages) ready.missing.emplace_back("huge pages");
  loaded.most_stock_bytes = huge_pages ? stock_bytes(spec.memory_bytes) : 0;
  loaded.runs_code = engine::code::is_code(spec.engine);
  GLOWPLUG_TRY(give_up_rights(spec, paths, parent, loaded));
  ready.confine_ns = laps.next();
  GLOWPLUG_TRY(load_what_is_asked(loaded, paths, spec, laps, log));
  if (spec.run_as != 0) drop_capabilities();
  if (spec.sandbox && !loaded.runs_code) loaded.sandbox = Sandbox::create(ready.missing);
  ready.memory_bytes = resident_bytes();
  ready.confine_ns += laps.next();
  return loaded;
}

}  // namespace glowplug::runtime
