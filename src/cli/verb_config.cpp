#include <fmt/format.h>

#include <array>
#include <numeric>

#include "base/installation.h"
#include "base/units.h"
#include "cli/declaration/help.h"
#include "cli/project/project_schema.h"
#include "cli/project_here.h"
#include "cli/settings_table.h"
#include "cli/terminal/table.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

std::string_view name_of(Origin origin) {
  switch (origin) {
    case Origin::flag:
      return "flag";
    case Origin::environment:
      return "environment";
    case Origin::file:
      return "file";
    case Origin::fallback:
      break;
  }
  return "default";
}

/// --home of this very call counts too.
Attempt<Given> shown_value(const Session& session, const Setting& setting,
                           const std::optional<ProjectFile>& project) {
  if (const auto given = session.invocation.given(setting.flag.name);
      given && given->origin == Origin::flag)
    return *given;
  return value_of(setting, session.environment, project);
}

Attempt<Report> show(const Session& session) {
  GLOWPLUG_ASSIGN(const auto project, project_here(session));
  Table table{{{"setting"}, {"value"}, {"from"}}, {}};
  Report report;
  report.json["settings"] = Json::array();
  for (const Setting& setting : all_settings()) {
    GLOWPLUG_ASSIGN(const Given value, shown_value(session, setting, project));
    table.rows.push_back({setting.key, value.text, value.where});
    report.json["settings"].push_back({{"key", setting.key},
                                       {"value", value.text},
                                       {"origin", name_of(value.origin)},
                                       {"where", value.where}});
  }
  report.text = table.text(session.output.terminal(), session.invocation.has("wide"));
  report.next = {"glowplug config explain KEY"};
  return report;
}

Attempt<Report> explain(const Session& session) {
  const auto key = session.invocation.argument("KEY");
  if (!key)
    return usage_failure("`config explain` needs KEY", "glowplug config explain function.memory");
  GLOWPLUG_ASSIGN(const Setting setting, setting_named(*key));
  GLOWPLUG_ASSIGN(const auto project, project_here(session));
  GLOWPLUG_ASSIGN(const Given value, shown_value(session, setting, project));
  const Flag& flag = setting.flag;
  Report report;
  report.json = {{"key", setting.key},       {"meaning", flag.help},
                 {"value", value.text},      {"origin", name_of(value.origin)},
                 {"where", value.where},     {"default", flag.fallback},
                 {"flag", "--" + flag.name}, {"environment", flag.variable}};
  report.quiet = value.text;
  report.text = fmt::format("{}: {}\n", setting.key, flag.help);
  const auto line = [&report](std::string_view what, std::string_view content) {
    report.text += fmt::format("  {:<12} {}\n", what, content);
  };
  line("value", fmt::format("{}   (from {})", value.text, value.where));
  line("default", flag.fallback);
  line("flag", flag_heading(flag));
  line("environment", flag.variable);
  if (flag.function_setting) line(kProjectFile, setting.key);
  return report;
}

std::uint64_t file_size_of(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::is_regular_file(path, failed))
    return std::filesystem::file_size(path, failed);
  std::uint64_t total = 0;
  for (auto entry = std::filesystem::recursive_directory_iterator(
           path, std::filesystem::directory_options::skip_permission_denied, failed);
       entry != std::filesystem::recursive_directory_iterator(); entry.increment(failed)) {
    std::error_code unreadable;
    if (entry->is_regular_file(unreadable)) total += entry->file_size(unreadable);
  }
  return total;
}

struct NamedPath {
  std::string_view what;
  std::filesystem::path path;
};

Attempt<Report> paths(const Session& session) {
  GLOWPLUG_ASSIGN(const auto home, home_of(session));
  const std::array found{
      NamedPath{"home", home},
      NamedPath{"index", home / "index.sqlite"},
      NamedPath{"bundles", home / "bundles"},
      NamedPath{"incoming", home / "incoming"},
      NamedPath{"project", std::filesystem::absolute(kProjectFile)},
      NamedPath{"handler", handler_program_path()},
      NamedPath{"engine_library", engine_library_path()},
  };
  Table table{{{"what"}, {"path"}, {"size", true}}, {}};
  Report report;
  report.json["paths"] = Json::array();
  for (const NamedPath& one : found) {
    std::error_code failed;
    const bool there = std::filesystem::exists(one.path, failed);
    const std::uint64_t size = there ? file_size_of(one.path) : 0;
    table.rows.push_back(
        {std::string(one.what), one.path.string(), there ? human_size(size) : "not there"});
    report.json["paths"].push_back(
        {{"what", one.what}, {"path", one.path.string()}, {"exists", there}, {"size_bytes", size}});
  }
  report.quiet = home.string();
  report.text = table.text(session.output.terminal(), session.invocation.has("wide"));
  return report;
}

Report schema() {
  const Json schema = project_schema();
  const std::string text = schema.dump(2) + "\n";
  return {.json = {{"json_schema", schema}}, .text = text, .quiet = text};
}

}  // namespace

Attempt<Report> run_config(const Session& session) {
  const std::string action = session.invocation.argument("ACTION").value_or("show");
  if (action == "explain") return explain(session);
  if (session.invocation.argument("KEY"))
    return usage_failure(fmt::format("`config {}` takes no KEY", action),
                         "glowplug config explain KEY");
  if (action == "paths") return paths(session);
  if (action == "schema") return schema();
  return show(session);
}

}  // namespace glowplug::cli
