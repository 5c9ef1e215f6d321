#include <fmt/format.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/child_process.h"
#include "base/installation.h"
#include "base/version.h"
#include "cli/doctor/judge.h"
#include "cli/engine_self_test.h"
#include "cli/engine_setup.h"
#include "cli/open_store.h"
#include "cli/terminal/table.h"
#include "cli/verbs.h"
#include "instances/cgroup.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kHandlerName = "glowplug-handler ";

/// What `glowplug-handler --version` says.
void ask_handler(FoundProgram& handler) {
  if (::access(handler.path.c_str(), X_OK) != 0) {
    handler.problem = "it is not there";
    return;
  }
  const auto asked = run_program({handler.path.string(), "--version"}, seconds(10));
  if (!asked || !asked->status.success()) {
    handler.problem = asked ? asked->status.describe() : asked.error().message;
    return;
  }
  std::string_view said = asked->output;
  if (said.starts_with(kHandlerName)) said.remove_prefix(kHandlerName.size());
  handler.version = said.substr(0, said.find('\n'));
  if (handler.version != kVersion)
    handler.problem = fmt::format("it is version \"{}\", this is {}", handler.version, kVersion);
}

Result<std::string> try_engine(const EngineSetup& setup, FoundProgram& engine) {
  GLOWPLUG_ASSIGN(const auto target, target_of(setup));
  engine.sha256 = target.library_sha256;
  GLOWPLUG_ASSIGN(const auto runners, make_runners(setup, "doctor"));
  return test_engine(*runners);
}

void look_at_engine(const Session& session, MachineFacts& facts) {
  const auto given = [&](std::string_view flag) {
    const auto value = session.invocation.given(flag);
    return std::filesystem::path(value ? value->text : "");
  };
  facts.handler.path = handler_program_path(given("handler-program"));
  facts.engine.path = engine_library_path(given("engine-library"));
  ask_handler(facts.handler);
  const auto setup = find_engine(session.invocation);
  if (::access(facts.engine.path.c_str(), R_OK) != 0) {
    facts.engine.problem = "it is not there";
  } else if (!setup) {
    facts.engine.problem = "it was not tried: there is no handler";
  } else if (auto version = try_engine(*setup, facts.engine)) {
    facts.engine.version = *std::move(version);
  } else {
    facts.engine.problem = version.error().message;
  }
}

std::filesystem::path nearest_existing(std::filesystem::path path) {
  std::error_code failed;
  path = std::filesystem::absolute(path, failed);
  while (!std::filesystem::exists(path, failed) && path != path.root_path())
    path = path.parent_path();
  return path;
}

void look_at_store(const Session& session, MachineFacts& facts) {
  const auto home = home_of(session);
  if (!home) {
    facts.store_problem = home.error().message;
    return;
  }
  facts.home = *home;
  std::error_code failed;
  facts.home_exists = std::filesystem::exists(*home, failed);
  const auto there = nearest_existing(*home);
  facts.home_writable = ::access(there.c_str(), W_OK) == 0;
  struct statvfs disk{};
  if (::statvfs(there.c_str(), &disk) == 0) facts.disk_free_bytes = disk.f_bavail * disk.f_frsize;
  const auto store = open_store_if_there(session);
  if (!store) {
    facts.store_problem = store.error().message;
  } else if (*store) {
    const auto functions = (**store).functions();
    if (functions) facts.functions = functions->size();
    if (!functions) facts.store_problem = functions.error().message;
  }
}

void look_at_cgroups(MachineFacts& facts) {
  const auto host = instances::CgroupHost::detect({});
  facts.cgroup_description = host.description();
  if (host.kind() == instances::CgroupKind::v1) facts.cgroup_version = 1;
  if (host.kind() == instances::CgroupKind::v2) facts.cgroup_version = 2;
}

std::string sign_of(Finding finding, const Terminal& terminal) {
  switch (finding) {
    case Finding::ok:
      return paint(Style::good, terminal.utf8 ? "✓" : "ok  ", terminal.color_out);
    case Finding::warn:
      return paint(Style::warning, terminal.utf8 ? "!" : "warn", terminal.color_out);
    case Finding::fail:
      break;
  }
  return paint(Style::bad, terminal.utf8 ? "✗" : "fail", terminal.color_out);
}

std::string text_of(const Check& check, const Terminal& terminal) {
  std::string text =
      fmt::format("{} {:<23} {}\n", sign_of(check.finding, terminal), check.name, check.found);
  const std::string indent(terminal.utf8 ? 26 : 29, ' ');
  if (!check.meaning.empty()) text += fmt::format("{}{}\n", indent, check.meaning);
  if (!check.remedy.empty()) text += fmt::format("{}fix: {}\n", indent, check.remedy);
  return text;
}

Json json_of(const Check& check) {
  return {{"name", check.name},
          {"finding", name_of(check.finding)},
          {"found", check.found},
          {"meaning", check.meaning},
          {"remedy", check.remedy}};
}

}  // namespace

Attempt<Report> run_doctor(const Session& session) {
  MachineFacts facts = read_machine("/");
  look_at_engine(session, facts);
  look_at_store(session, facts);
  look_at_cgroups(facts);
  Report report{
      .json = {{"version", kVersion}, {"kernel", facts.kernel}, {"checks", Json::array()}},
      .text = fmt::format("glowplug {}   Linux {}\n", kVersion, facts.kernel),
  };
  std::size_t failed = 0;
  for (const Check& check : judge(facts)) {
    if (check.finding == Finding::fail) ++failed;
    report.text += text_of(check, session.output.terminal());
    report.json["checks"].push_back(json_of(check));
  }
  report.quiet = failed == 0 ? "ok" : "fail";
  if (failed > 0)
    report.said_no = Failure(Error{Code::failed_precondition,
                                   fmt::format("{} thing{} that glowplug needs {} missing", failed,
                                               failed == 1 ? "" : "s", failed == 1 ? "is" : "are"),
                                   {}},
                             {}, kCheckSaidNo);
  return report;
}

}  // namespace glowplug::cli
