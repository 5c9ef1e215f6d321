#include "cli/declaration/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "cli/terminal/exit_code.h"

namespace glowplug::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kFlagColumn = 28;  // where the texts of flags begin

std::string section(std::string_view title, bool color) {
  return paint(Style::bold, title, color) + "\n";
}

std::string flag_lines(const Flag& flag) {
  const std::string heading =
      fmt::format("  {}{}", flag.letter == 0 ? "    " : "", flag_heading(flag));
  const std::string indent(kFlagColumn, ' ');
  std::string lines = wrapped(flag_text(flag), kWidth, indent);
  if (heading.size() + 2 > kFlagColumn) return heading + "\n" + lines;
  return lines.replace(0, heading.size(), heading);
}

std::string flag_section(std::string_view title, const std::vector<Flag>& flags, bool all,
                         bool color) {
  std::string lines;
  for (const Flag& flag : flags) {
    if (all || flag.common) lines += flag_lines(flag);
  }
  return lines.empty() ? "" : fmt::format("\n{}{}", section(title, color), lines);
}

std::vector<Flag> select(const std::vector<Flag>& flags, bool function_settings) {
  std::vector<Flag> selected;
  std::copy_if(flags.begin(), flags.end(), std::back_inserter(selected),
               [=](const Flag& flag) { return flag.function_setting == function_settings; });
  return selected;
}

std::string examples(const Verb& verb, bool color) {
  std::string text = fmt::format("\n{}", section("Examples", color));
  for (const Example& example : verb.examples) {
    text +=
        fmt::format("  {}\n      {}\n", example.command, paint(Style::dim, example.meaning, color));
  }
  return verb.examples.empty() ? "" : text;
}

std::string arguments(const Verb& verb, bool color) {
  std::string text;
  for (const Argument& argument : verb.arguments) {
    const std::string heading = fmt::format("  {}", argument.name);
    std::string lines = wrapped(argument.help, kWidth, std::string(kFlagColumn, ' '));
    text += heading.size() + 2 > kFlagColumn ? fmt::format("{}\n{}", heading, lines)
                                             : lines.replace(0, heading.size(), heading);
  }
  return text.empty() ? "" : fmt::format("\n{}{}", section("Arguments", color), text);
}

std::string sentence(std::string_view summary) {
  std::string text(summary);
  text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
  return text + ".";
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t width, std::string_view indent) {
  std::string lines;
  std::string line;
  const auto flush = [&] {
    if (!line.empty()) lines.append(indent).append(line).append("\n");
    line.clear();
  };
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(std::min(space + 1, text.size()));
    if (indent.size() + columns_of(line) + 1 + columns_of(word) > width) flush();
    if (!line.empty()) line += ' ';
    line += word;
  }
  flush();
  return lines;
}

std::string usage_line(const Verb& verb) {
  std::string line = "glowplug " + verb.name + " [FLAGS]";
  for (const Argument& argument : verb.arguments) {
    const std::string name = argument.name + (argument.repeated ? "..." : "");
    line += argument.required ? " " + name : " [" + name + "]";
  }
  return line;
}

std::string flag_heading(const Flag& flag) {
  return fmt::format("{}--{}{}{}", flag.letter == 0 ? "" : fmt::format("-{}, ", flag.letter),
                     flag.name, flag.placeholder.empty() ? "" : " ", flag.placeholder);
}

std::string flag_text(const Flag& flag) {
  std::string text = flag.help;
  if (!flag.choices.empty()) text += fmt::format(": {}", fmt::join(flag.choices, ", "));
  std::vector<std::string> remarks;
  if (!flag.fallback.empty()) remarks.push_back("default " + flag.fallback);
  if (!flag.variable.empty()) remarks.push_back("env " + flag.variable);
  if (!remarks.empty()) text += fmt::format(" [{}]", fmt::join(remarks, "; "));
  return text;
}

std::vector<ExitCodeRow> exit_codes_of(const Program& program, const Verb& verb) {
  static constexpr std::array kOfEveryVerb{kDone, kFailed, kUsage, kInterrupted};
  std::vector<ExitCodeRow> rows;
  for (const ExitCodeRow& row : program.exit_codes) {
    const bool own = std::find(verb.exit_codes.begin(), verb.exit_codes.end(), row.code) !=
                     verb.exit_codes.end();
    if (own || std::find(kOfEveryVerb.begin(), kOfEveryVerb.end(), row.code) != kOfEveryVerb.end())
      rows.push_back(row);
  }
  return rows;
}

std::string root_help(const Program& program, bool color) {
  std::string text = program.summary + ".\n\nUsage: glowplug VERB [FLAGS] [ARGUMENTS]\n";
  for (const Group& group : program.groups) {
    text += fmt::format("\n{}", section(group.title, color));
    for (const Verb& verb : group.verbs) {
      if (!verb.hidden) text += fmt::format("  {:<12}{}\n", verb.name, verb.summary);
    }
  }
  text += "\nEvery verb takes --json, --quiet and --help.\n";
  text += "First steps: glowplug up model.onnx     More: docs/cli/README.md, man glowplug\n";
  return text;
}

std::string verb_help(const Program& program, const Verb& verb, bool all, bool color) {
  std::string text = sentence(verb.summary) + "\n";
  if (!verb.description.empty()) text += fmt::format("\n{}", wrapped(verb.description, kWidth, ""));
  text += fmt::format("\nUsage: {}\n", usage_line(verb));
  text += arguments(verb, color);
  text += examples(verb, color);
  text += flag_section("Flags", select(verb.flags, false), all, color);
  text += flag_section("Function settings", select(verb.flags, true), all, color);
  text += flag_section("Flags of every verb", program.global_flags, all, color);
  if (!all) text += fmt::format("\nEvery flag: glowplug {} --help-all", verb.name);
  text += fmt::format("\nMore: {}, man glowplug-{}\n", verb.page(), verb.name);
  return text;
}

}  // namespace glowplug::cli
