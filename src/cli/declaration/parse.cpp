// parse_command_line by CLI11: it splits the words into flags with their values and the rest; what
// they mean, and every text that a user sees, is decided here from the declaration.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>

#include "cli/declaration/invocation.h"
#include "cli/declaration/suggest.h"
#include "cli/declaration/value_check.h"

namespace glowplug::cli {
namespace {

/// The words of one level as CLI11 split them.
struct SplitWords {
  std::map<std::string, std::vector<std::string>> values;  ///< by long name; switches: one ""
  std::vector<std::string> arguments;
  std::vector<std::string> rest;  ///< unknown flags; before the verb: it and all after it
};

std::string names_for_library(const Flag& flag) {
  std::string names = "--" + flag.name;
  for (const std::string& other : flag.also) names += ",--" + other;
  if (flag.letter != 0) names += fmt::format(",-{}", flag.letter);
  return names;
}

/// An option of the library for `flag`; how often it was given is judged later, by us.
CLI::Option* declare(CLI::App& app, const Flag& flag, std::vector<std::string>& into) {
  if (flag.kind == ValueKind::none) return app.add_flag(names_for_library(flag));
  return app.add_option(names_for_library(flag), into)->allow_extra_args(false);
}

/// CLI11 says "--name: 1 required TEXT missing".
Failure missing_value(const std::vector<const Flag*>& flags, std::string_view what) {
  const std::string_view name = what.substr(0, what.find(':'));
  for (const Flag* flag : flags) {
    if ("--" + flag->name != name) continue;
    return usage_failure(fmt::format("--{} needs a value", flag->name),
                         fmt::format("--{} {}", flag->name, flag->placeholder));
  }
  return usage_failure(std::string(what), "glowplug --help");
}

Attempt<SplitWords> split(const std::vector<const Flag*>& flags, bool before_verb,
                          std::span<const std::string> words) {
  CLI::App app;
  app.set_help_flag();
  SplitWords split;
  std::map<std::string, std::vector<std::string>> values;
  std::vector<std::pair<const Flag*, CLI::Option*>> options;
  options.reserve(flags.size());
  for (const Flag* flag : flags)
    options.emplace_back(flag, declare(app, *flag, values[flag->name]));
  if (before_verb) {
    app.prefix_command();
  } else {
    app.allow_extras();
    app.add_option("arguments", split.arguments)->expected(-1);
  }
  try {
    app.parse(
        std::vector<std::string>(words.rbegin(), words.rend()));  // the library wants them reversed
  } catch (const CLI::ParseError& refused) {
    return missing_value(flags, refused.what());
  }
  for (const auto& [flag, option] : options) {
    if (option->count() == 0) continue;
    split.values[flag->name] =
        flag->kind == ValueKind::none ? std::vector<std::string>{""} : values[flag->name];
  }
  split.rest = app.remaining();
  return split;
}

std::vector<const Flag*> pointers(const std::vector<Flag>& flags) {
  std::vector<const Flag*> all;
  std::transform(flags.begin(), flags.end(), std::back_inserter(all),
                 [](const Flag& flag) { return &flag; });
  return all;
}

std::vector<const Flag*> flags_of(const Program& program, const Verb* verb) {
  std::vector<const Flag*> all = pointers(program.global_flags);
  if (verb == nullptr) return all;
  const auto own = pointers(verb->flags);
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

Attempt<Given> checked(const Flag& flag, Given value) {
  if (auto fine = check_value(flag, value.text); !fine) {
    Failure failure(std::move(fine).error(), value.where, kUsage);
    if (failure.error.fix.empty() && !flag.fallback.empty())
      failure.error.fix = fmt::format("--{} {}", flag.name, flag.fallback);
    return failure;
  }
  return value;
}

std::optional<Failure> take_flags(const std::vector<const Flag*>& flags, const SplitWords& words,
                                  Invocation& into) {
  for (const auto& [name, texts] : words.values) {
    if (texts.size() > 1)
      return usage_failure(fmt::format("--{} is given {} times", name, texts.size()),
                           "give it once");
    const auto flag = std::find_if(flags.begin(), flags.end(), [&wanted = name](const Flag* one) {
      return one->name == wanted;
    });
    auto value = checked(**flag, {texts.front(), Origin::flag, "--" + name});
    if (!value) return std::move(value).error();
    into.set(name, *std::move(value));
  }
  return std::nullopt;
}

std::optional<Failure> take_environment(const std::vector<const Flag*>& flags,
                                        const Lookup& environment, Invocation& into) {
  for (const Flag* flag : flags) {
    if (flag->variable.empty() || into.has(flag->name)) continue;
    const auto text = environment(flag->variable);
    if (!text || text->empty()) continue;
    auto value = checked(*flag, {*text, Origin::environment, flag->variable});
    if (!value) return std::move(value).error();
    into.set(flag->name, *std::move(value));
  }
  return std::nullopt;
}

std::string usage_of(const Verb& verb) { return fmt::format("glowplug {} --help", verb.name); }

/// Deals the words to the verb's arguments in order; a repeated one takes the rest.
std::optional<Failure> take_arguments(const Verb& verb, const std::vector<std::string>& words,
                                      Invocation& into) {
  std::size_t next = 0;
  for (const Argument& argument : verb.arguments) {
    const std::size_t left = words.size() - next;
    const std::size_t taken = argument.repeated ? left : std::min<std::size_t>(left, 1);
    if (taken == 0 && argument.required)
      return usage_failure(
          fmt::format("`{}` needs {}: {}", verb.name, argument.name, argument.help),
          verb.examples.empty() ? usage_of(verb) : verb.examples.front().command);
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(next);
    std::vector<std::string> texts(first, first + static_cast<std::ptrdiff_t>(taken));
    for (const std::string& text : texts) {
      auto fine = check_value(argument.kind, argument.choices, text);
      const bool may_be_empty = verb.hidden;  // the word under the cursor
      if (!fine && !may_be_empty) return Failure(std::move(fine).error(), argument.name, kUsage);
    }
    next += taken;
    into.set_arguments(argument.name, std::move(texts));
  }
  if (next == words.size()) return std::nullopt;
  return usage_failure(
      fmt::format("`{}` does not take the argument \"{}\"", verb.name, words[next]),
      usage_of(verb));
}

bool asks_for_help(const Invocation& invocation) {
  return invocation.has("help") || invocation.has("help-all");
}

/// `glowplug VERB help` is `glowplug VERB --help`.
bool is_help_word(const Verb& verb, const SplitWords& words) {
  return words.arguments == std::vector<std::string>{"help"} && verb.name != "help" && !verb.hidden;
}

Attempt<Invocation> parse_verb(const Program& program, const Verb& verb, SplitWords before,
                               std::span<const std::string> words, const Lookup& environment) {
  const auto flags = flags_of(program, &verb);
  GLOWPLUG_ASSIGN(SplitWords split_words, split(flags, false, words));
  if (!split_words.rest.empty()) return unknown_flag(program, &verb, split_words.rest.front());
  for (auto& [name, texts] : before.values) {
    auto& all = split_words.values[name];
    all.insert(all.begin(), texts.begin(), texts.end());
  }
  Invocation invocation(program, &verb);
  if (auto failure = take_flags(flags, split_words, invocation)) return *std::move(failure);
  if (is_help_word(verb, split_words)) invocation.set("help", {"", Origin::flag, "help"});
  if (asks_for_help(invocation)) return invocation;
  if (auto failure = take_environment(flags, environment, invocation)) return *std::move(failure);
  if (auto failure = take_arguments(verb, split_words.arguments, invocation))
    return *std::move(failure);
  return invocation;
}

/// The words after `__complete` are those of an unfinished command line: flags among them are not
/// ours to read.
Invocation raw_words(const Program& program, const Verb& verb, std::span<const std::string> words) {
  Invocation invocation(program, &verb);
  invocation.set_arguments(verb.arguments.front().name, {words.begin(), words.end()});
  return invocation;
}

}  // namespace

Attempt<Invocation> parse_command_line(const Program& program, std::span<const std::string> words,
                                       const Lookup& environment) {
  const auto flags = flags_of(program, nullptr);
  GLOWPLUG_ASSIGN(SplitWords before, split(flags, true, words));
  if (before.rest.empty()) {
    Invocation invocation(program, nullptr);
    if (auto failure = take_flags(flags, before, invocation)) return *std::move(failure);
    return invocation;
  }
  // The one habit of all programs.
  const std::string word = before.rest.front() == "--version" ? "version" : before.rest.front();
  if (word.starts_with("-")) return unknown_flag(program, nullptr, word);
  const Verb* verb = program.verb_named(word);
  if (verb == nullptr) return unknown_verb(program, word);
  const std::vector<std::string> rest(before.rest.begin() + 1, before.rest.end());
  if (verb->name == "__complete") return raw_words(program, *verb, rest);
  return parse_verb(program, *verb, std::move(before), rest, environment);
}

}  // namespace glowplug::cli
