#include "cli/declaration/markdown.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/declaration/help.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kGenerated =
    "<!-- Written by `glowplug __docs .` from src/cli/declaration; do not edit. -->\n";

std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) result.append(c == '|' ? "\\|" : std::string(1, c));
  return result;
}

std::string code_cell(std::string_view text) {
  return text.empty() ? "" : fmt::format("`{}`", cell(text));
}

std::string flag_table(const std::vector<Flag>& flags) {
  std::string text = "| flag | default | environment | meaning |\n|---|---|---|---|\n";
  for (const Flag& flag : flags) {
    std::string meaning = flag.help;
    if (!flag.choices.empty()) meaning += fmt::format(": {}", fmt::join(flag.choices, ", "));
    text += fmt::format("| {} | {} | {} | {} |\n", code_cell(flag_heading(flag)),
                        code_cell(flag.fallback), code_cell(flag.variable), cell(meaning));
  }
  return text;
}

std::string exit_table(const std::vector<ExitCodeRow>& rows) {
  std::string text = "| exit code | meaning |\n|---:|---|\n";
  for (const ExitCodeRow& row : rows)
    text += fmt::format("| {} | {} |\n", row.code, cell(row.meaning));
  return text;
}

}  // namespace

std::string index_page(const Program& program) {
  std::string text = std::string(kGenerated) + "# Command line\n\n";
  text += "The result alone is on stdout; progress, remarks, warnings and errors are on stderr.\n";
  text +=
      "With `--json` stdout holds one object: `{\"schema\":\"glowplug.VERB/1\",\"ok\":true,…}`, "
      "or\n";
  text +=
      "`{\"schema\":…,\"ok\":false,\"error\":{\"code\",\"message\",\"where\",\"fix\",\"next\"}}`. "
      "Fields are only added "
      "within a schema's number.\n";
  for (const Group& group : program.groups) {
    text += fmt::format("\n## {}\n\n| verb | |\n|---|---|\n", group.title);
    for (const Verb& verb : group.verbs) {
      if (!verb.hidden)
        text += fmt::format("| [`{0}`]({0}.md) | {1} |\n", verb.name, cell(verb.summary));
    }
  }
  text += "\n## Flags of every verb\n\n" + flag_table(program.global_flags);
  text += "\n## Exit codes\n\n" + exit_table(program.exit_codes);
  return text;
}

std::string verb_page(const Program& program, const Verb& verb) {
  std::string text = std::string(kGenerated);
  text += fmt::format("# glowplug {}\n\n{}\n\n    {}\n", verb.name,
                      wrapped(verb.description.empty() ? verb.summary : verb.description, 120, ""),
                      usage_line(verb));
  if (!verb.arguments.empty()) text += "\n| argument | meaning |\n|---|---|\n";
  for (const Argument& argument : verb.arguments)
    text += fmt::format("| {} | {} |\n", code_cell(argument.name), cell(argument.help));
  if (!verb.examples.empty()) text += "\n## Examples\n";
  for (const Example& example : verb.examples)
    text += fmt::format("\n{}:\n\n    {}\n", example.meaning, example.command);
  if (!verb.flags.empty()) text += "\n## Flags\n\n" + flag_table(verb.flags);
  text += "\nFlags of every verb: [README.md](README.md#flags-of-every-verb). JSON schema: `" +
          verb.schema() + "`.\n";
  text += "\n## Exit codes\n\n" + exit_table(exit_codes_of(program, verb));
  return text;
}

}  // namespace glowplug::cli
