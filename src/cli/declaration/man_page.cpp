#include "cli/declaration/man_page.h"

#include <fmt/format.h>

#include "base/version.h"
#include "cli/declaration/help.h"

namespace glowplug::cli {
namespace {

/// Text that roff leaves as it is: backslashes, hyphens, and dots or quotes that begin a line.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool line_start = result.empty() || result.back() == '\n';
    if (line_start && (c == '.' || c == '\'')) result += "\\&";
    if (c == '\\') {
      result += "\\e";
    } else if (c == '-') {
      result += "\\-";
    } else {
      result += c;
    }
  }
  return result;
}

std::string title(std::string_view name) {
  return fmt::format(".TH {} 1 \"\" \"glowplug {}\" \"Glowplug\"\n", name, kVersion);
}

std::string paragraph(std::string_view tag, std::string_view text) {
  return fmt::format(".TP\n.B {}\n{}\n", escaped(tag), escaped(text));
}

std::string flags(std::string_view heading, const std::vector<Flag>& list) {
  if (list.empty()) return "";
  std::string text = fmt::format(".SH {}\n", heading);
  for (const Flag& flag : list) text += paragraph(flag_heading(flag), flag_text(flag));
  return text;
}

std::string exit_status(const std::vector<ExitCodeRow>& rows) {
  std::string text = ".SH EXIT STATUS\n";
  for (const ExitCodeRow& row : rows) text += paragraph(fmt::format("{}", row.code), row.meaning);
  return text;
}

}  // namespace

std::string root_man_page(const Program& program) {
  std::string text = title("GLOWPLUG");
  text +=
      ".SH NAME\nglowplug \\- turn a trained model into a function that sleeps at zero processes\n";
  text += ".SH SYNOPSIS\n.B glowplug\n.I VERB\n[FLAGS] [ARGUMENTS]\n";
  text += ".SH DESCRIPTION\n" + escaped(program.summary) + ".\n";
  for (const Group& group : program.groups) {
    text += fmt::format(".SS {}\n", group.title);
    for (const Verb& verb : group.verbs) {
      if (!verb.hidden) text += paragraph(verb.name, verb.summary);
    }
  }
  text += flags("OPTIONS", program.global_flags);
  text += exit_status(program.exit_codes);
  text += ".SH SEE ALSO\n";
  const auto verbs = program.visible_verbs();
  for (std::size_t i = 0; i < verbs.size(); ++i)
    text += fmt::format(".BR {} (1){}\n", escaped("glowplug-" + verbs[i]->name),
                        i + 1 == verbs.size() ? "" : ",");
  return text;
}

std::string verb_man_page(const Program& program, const Verb& verb) {
  std::string name = "GLOWPLUG-" + verb.name;
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string text = title(escaped(name));
  text +=
      fmt::format(".SH NAME\n{} \\- {}\n", escaped("glowplug-" + verb.name), escaped(verb.summary));
  text += fmt::format(".SH SYNOPSIS\n.B {}\n", escaped(usage_line(verb)));
  text += fmt::format(".SH DESCRIPTION\n{}\n", escaped(verb.description));
  for (const Argument& argument : verb.arguments) text += paragraph(argument.name, argument.help);
  text += flags("OPTIONS", verb.flags);
  text += flags("OPTIONS OF EVERY VERB", program.global_flags);
  if (!verb.examples.empty()) text += ".SH EXAMPLES\n";
  for (const Example& example : verb.examples) text += paragraph(example.command, example.meaning);
  text += exit_status(exit_codes_of(program, verb));
  text += ".SH SEE ALSO\n.BR glowplug (1)\n";
  return text;
}

}  // namespace glowplug::cli
