#include "cli/run.h"

#include <algorithm>

#include "cli/declaration/declaration.h"
#include "cli/declaration/help.h"
#include "cli/declaration/invocation.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kRootSchema = "glowplug/1";

/// For failures before the words are understood: a flag may be wrong, --json is believed all the
/// same.
OutputMode guessed_mode(std::span<const std::string> words) {
  const auto end = std::find(words.begin(), words.end(), "--");
  return std::find(words.begin(), end, "--json") != end ? OutputMode::json : OutputMode::text;
}

std::string guessed_schema(const Program& program, std::span<const std::string> words) {
  for (const std::string& word : words) {
    if (const Verb* verb = program.verb_named(word)) return verb->schema();
  }
  return std::string(kRootSchema);
}

OutputMode mode_of(const Invocation& invocation) {
  if (invocation.has("json")) return OutputMode::json;
  return invocation.has("quiet") ? OutputMode::quiet : OutputMode::text;
}

std::string color_of(const Program& program, const Invocation& invocation) {
  const auto given = invocation.given("color");
  return given ? given->text : flag_named(program, Verb{}, "color")->fallback;
}

int show_help(const Program& program, const Invocation& invocation, const Output& output) {
  const bool color = output.terminal().color_out;
  if (invocation.verb() == nullptr) {
    output.result(root_help(program, color));
  } else {
    output.result(verb_help(program, *invocation.verb(), invocation.has("help-all"), color));
  }
  return kDone;
}

}  // namespace

int run(std::span<const std::string> words, const TerminalFacts& facts, const Lookup& environment) {
  const Program program = declare_glowplug();
  const auto invocation = parse_command_line(program, words, environment);
  if (!invocation) {
    const Terminal terminal = decide_terminal(facts, "auto", environment);
    const Output output(terminal, guessed_mode(words));
    output.failure(guessed_schema(program, words), invocation.error());
    return invocation.error().exit_code;
  }
  const Terminal terminal = decide_terminal(facts, color_of(program, *invocation), environment);
  const Output output(terminal, mode_of(*invocation));
  if (invocation->verb() == nullptr || invocation->has("help") || invocation->has("help-all"))
    return show_help(program, *invocation, output);
  const Session session{program, *invocation, output, environment};
  const auto report = function_of(invocation->verb()->name)(session);
  const std::string schema = invocation->verb()->schema();
  if (report) return output.report(schema, *report);
  output.failure(schema, report.error());
  return report.error().exit_code;
}

}  // namespace glowplug::cli
