// help, version, completion, and the two that programs call: __complete and __docs.
#include <fmt/format.h>

#include <filesystem>

#include "base/file.h"
#include "base/version.h"
#include "cli/declaration/complete.h"
#include "cli/declaration/completion_script.h"
#include "cli/declaration/documents.h"
#include "cli/declaration/help.h"
#include "cli/declaration/suggest.h"
#include "cli/project/project_page.h"
#include "cli/settings_table.h"
#include "cli/stored_names.h"
#include "cli/verbs.h"

namespace glowplug::cli {

Attempt<Report> run_help(const Session& session) {
  const bool color = session.output.terminal().color_out;
  const auto name = session.invocation.argument("VERB");
  if (!name) {
    const std::string text = root_help(session.program, color);
    return Report{.json = {{"text", text}}, .text = text, .quiet = text};
  }
  const Verb* verb = session.program.verb_named(*name);
  if (verb == nullptr || verb->hidden) return unknown_verb(session.program, *name);
  const std::string text = verb_help(session.program, *verb, false, color);
  return Report{.json = {{"text", text}}, .text = text, .quiet = text};
}

Attempt<Report> run_version(const Session&) {
  return Report{
      .json = {{"version", kVersion}},
      .text = fmt::format("glowplug {}\n", kVersion),
      .quiet = std::string(kVersion),
  };
}

Attempt<Report> run_completion(const Session& session) {
  const std::string shell = *session.invocation.argument("SHELL");
  const std::string script = completion_script(shell);
  return Report{.json = {{"shell", shell}, {"script", script}}, .text = script, .quiet = script};
}

Attempt<Report> run_complete(const Session& session) {
  const auto words = session.invocation.arguments("WORD");
  const LiveNames names{
      .functions = [&] { return stored_functions(session); },
      .versions = [&](std::string_view function) { return stored_versions(session, function); },
      .settings = [] { return setting_keys(); }};
  const std::string lines = complete(session.program, words, names).lines();
  return Report{.json = {{"lines", lines}}, .text = lines, .quiet = lines};
}

Attempt<Report> run_docs(const Session& session) {
  const std::filesystem::path root = *session.invocation.argument("FOLDER");
  Report report;
  auto files = documents(session.program);
  files.merge(project_documents());
  for (const auto& [path, content] : files) {
    std::error_code failed;
    std::filesystem::create_directories((root / path).parent_path(), failed);
    if (failed) return system_error("make the folder of " + (root / path).string(), failed.value());
    GLOWPLUG_TRY(write_file_atomically(root / path, content, false));
    report.text += path + "\n";
  }
  return report;
}

}  // namespace glowplug::cli
