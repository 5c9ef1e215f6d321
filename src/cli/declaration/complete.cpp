#include "cli/declaration/complete.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/declaration/help.h"

namespace glowplug::cli {
namespace {

/// The words before the last one, sorted out.
struct Context {
  const Verb* verb = nullptr;
  const Flag* waiting = nullptr;  ///< a flag whose value is the last word
  std::vector<std::string> arguments;
  bool only_arguments = false;  ///< after "--"
};

const Flag* find_flag(const Program& program, const Verb* verb, std::string_view word) {
  static const Verb kNoVerb;
  const Verb& of = verb == nullptr ? kNoVerb : *verb;
  if (word.starts_with("--")) return flag_named(program, of, word.substr(2));
  if (word.size() != 2 || word[0] != '-') return nullptr;
  const auto has_letter = [word](const Flag& flag) { return flag.letter == word[1]; };
  for (const std::vector<Flag>* flags : {&of.flags, &program.global_flags}) {
    const auto found = std::find_if(flags->begin(), flags->end(), has_letter);
    if (found != flags->end()) return &*found;
  }
  return nullptr;
}

void take_word(const Program& program, const std::string& word, Context& context) {
  if (context.waiting != nullptr) {
    context.waiting = nullptr;
  } else if (word == "--") {
    context.only_arguments = true;
  } else if (word.starts_with("-") && !context.only_arguments) {
    const Flag* flag = find_flag(program, context.verb, word);
    if (flag != nullptr && flag->kind != ValueKind::none) context.waiting = flag;
  } else if (context.verb == nullptr) {
    context.verb = program.verb_named(word);
  } else {
    context.arguments.push_back(word);
  }
}

class Collector {
 public:
  Collector(const Program& program, const Context& context, const LiveNames& names)
      : program_(program), context_(context), names_(names) {}

  Candidates take() && { return std::move(candidates_); }

  void add(std::string_view word, std::string value, std::string help = {}) {
    if (value.starts_with(word)) candidates_.values.push_back({std::move(value), std::move(help)});
  }

  void verbs(std::string_view word) {
    for (const Verb* verb : program_.visible_verbs()) add(word, verb->name, verb->summary);
  }

  void flags(std::string_view word) {
    if (context_.verb != nullptr) {
      for (const Flag& flag : context_.verb->flags) add(word, "--" + flag.name, flag.help);
    }
    for (const Flag& flag : program_.global_flags) add(word, "--" + flag.name, flag.help);
  }

  /// Values of `kind`, each after `before` ("--flag=" or nothing).
  void values(ValueKind kind, const std::vector<std::string>& choices, std::string_view word,
              const std::string& before = {}) {
    switch (kind) {
      case ValueKind::file:
      case ValueKind::model:
        candidates_.files = true;
        break;
      case ValueKind::folder:
      case ValueKind::bundle:
        candidates_.folders = true;
        break;
      case ValueKind::reference:
        candidates_.folders = true;
        references(word);
        break;
      case ValueKind::function:
        names(names_.functions, word, before);
        break;
      case ValueKind::version:
        versions(word, before);
        break;
      case ValueKind::setting:
        names(names_.settings, word, before);
        break;
      case ValueKind::verb:
        verbs(word);
        break;
      case ValueKind::choice:
        for (const std::string& choice : choices) add(word, before + choice);
        break;
      case ValueKind::none:
      case ValueKind::text:
      case ValueKind::count:
      case ValueKind::duration:
      case ValueKind::size:
      case ValueKind::port:
        break;
    }
  }

 private:
  void names(const std::function<std::vector<std::string>()>& source, std::string_view word,
             const std::string& before) {
    if (!source) return;
    for (std::string& name : source()) add(word, before + name);
  }

  void versions(std::string_view word, const std::string& before) {
    if (context_.arguments.empty() || !names_.versions) return;
    for (const std::string& version : names_.versions(context_.arguments.front()))
      add(word, before + version);
  }

  void references(std::string_view word) {
    const std::size_t at = word.find('@');
    if (at == std::string_view::npos) return names(names_.functions, word, "");
    if (!names_.versions) return;
    const std::string function(word.substr(0, at));
    for (const std::string& version : names_.versions(function))
      add(word, fmt::format("{}@{}", function, version));
  }

  const Program& program_;
  const Context& context_;
  const LiveNames& names_;
  Candidates candidates_;
};

/// The argument that the next word would be; null: no more are taken.
const Argument* next_argument(const Verb& verb, std::size_t taken) {
  if (taken < verb.arguments.size()) return &verb.arguments[taken];
  const bool repeats = !verb.arguments.empty() && verb.arguments.back().repeated;
  return repeats ? &verb.arguments.back() : nullptr;
}

}  // namespace

std::string Candidates::lines() const {
  std::string text;
  for (const Candidate& candidate : values)
    text += fmt::format("{}\t{}\n", candidate.value, candidate.help);
  if (files) text += ":files\n";
  if (folders) text += ":folders\n";
  return text;
}

Candidates complete(const Program& program, std::span<const std::string> words,
                    const LiveNames& names) {
  Context context;
  const std::string word = words.empty() ? "" : words.back();
  for (const std::string& earlier : words.first(words.empty() ? 0 : words.size() - 1))
    take_word(program, earlier, context);
  Collector collector(program, context, names);
  const std::size_t equals = word.find('=');
  if (context.waiting != nullptr) {
    collector.values(context.waiting->kind, context.waiting->choices, word);
  } else if (word.starts_with("--") && equals != std::string::npos) {
    const Flag* flag = find_flag(program, context.verb, word.substr(0, equals));
    if (flag != nullptr)
      collector.values(flag->kind, flag->choices, word, word.substr(0, equals + 1));
  } else if (word.starts_with("-") && !context.only_arguments) {
    collector.flags(word);
  } else if (context.verb == nullptr) {
    collector.verbs(word);
  } else if (const Argument* argument = next_argument(*context.verb, context.arguments.size())) {
    collector.values(argument->kind, argument->choices, word);
  }
  return std::move(collector).take();
}

}  // namespace glowplug::cli
