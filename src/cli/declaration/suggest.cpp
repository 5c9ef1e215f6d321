#include "cli/declaration/suggest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "base/nearest.h"
#include "cli/declaration/flags.h"
#include "cli/declaration/foreign_names.h"

namespace glowplug::cli {
namespace {

std::vector<std::string> verb_names(const Program& program) {
  std::vector<std::string> names;
  for (const Verb* verb : program.visible_verbs()) names.push_back(verb->name);
  return names;
}

std::vector<std::string> flag_names(const Program& program, const Verb* verb) {
  std::vector<std::string> names;
  names.reserve(program.global_flags.size() + (verb == nullptr ? 0 : verb->flags.size()));
  for (const Flag& flag : program.global_flags) names.push_back("--" + flag.name);
  if (verb == nullptr) return names;
  for (const Flag& flag : verb->flags) names.push_back("--" + flag.name);
  return names;
}

/// Verbs that do take the flag, for one that was given to the wrong verb.
std::vector<std::string> verbs_with(const Program& program, std::string_view flag) {
  std::vector<std::string> names;
  for (const Verb* verb : program.visible_verbs()) {
    if (flag_named(program, *verb, flag) != nullptr) names.push_back(verb->name);
  }
  return names;
}

std::string help_command(const Verb* verb) {
  return verb == nullptr ? "glowplug --help" : fmt::format("glowplug {} --help-all", verb->name);
}

/// What to do instead, where `foreign` has a name of ours that this verb takes.
std::string advice(const Program& program, const Verb* verb, const ForeignName& foreign) {
  if (foreign.ours.empty()) return fmt::format("leave it out: {}", foreign.remark);
  const std::string ours = flag_of_key(foreign.ours);
  if (verb != nullptr && flag_named(program, *verb, ours) != nullptr)
    return fmt::format("--{}{}", ours, foreign.remark);
  return fmt::format("--{}{} (of {})", ours, foreign.remark,
                     fmt::join(verbs_with(program, ours), ", "));
}

}  // namespace

Failure unknown_verb(const Program& program, std::string_view word) {
  Failure failure = usage_failure(fmt::format("there is no verb \"{}\"", word), "glowplug --help");
  if (const auto foreign = foreign_verb(word)) {
    failure.error.message +=
        fmt::format("; what {} calls {} is `{}` here", foreign->tool, foreign->name, foreign->ours);
    failure.error.fix = fmt::format("glowplug {} --help", foreign->ours);
  } else if (const auto near = nearest(word, verb_names(program))) {
    failure.error.message += fmt::format("; did you mean \"{}\"?", *near);
    failure.error.fix = fmt::format("glowplug {}", *near);
  }
  return failure;
}

Failure unknown_flag(const Program& program, const Verb* verb, std::string_view word) {
  const std::string name(word.substr(0, word.find('=')));
  const std::string whose = verb == nullptr ? "glowplug" : "`" + verb->name + "`";
  Failure failure =
      usage_failure(fmt::format("{} has no flag {}", whose, name), help_command(verb));
  const std::string bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  if (const auto others = verbs_with(program, bare); !others.empty() && name.starts_with("--")) {
    failure.error.message += fmt::format("; it belongs to {}", fmt::join(others, ", "));
  } else if (const auto foreign = foreign_setting(bare)) {
    failure.error.message += fmt::format(" (a name of {})", foreign->tool);
    failure.error.fix = advice(program, verb, *foreign);
  } else if (const auto near = nearest(name, flag_names(program, verb)); near && bare.size() > 2) {
    failure.error.message += fmt::format("; did you mean {}?", *near);
    failure.error.fix = *near;
  }
  return failure;
}

}  // namespace glowplug::cli
