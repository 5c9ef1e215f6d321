#include "cli/declaration/declaration.h"

#include <algorithm>

namespace glowplug::cli {
namespace {

const Flag* find(const std::vector<Flag>& flags, std::string_view name) {
  const auto found = std::find_if(flags.begin(), flags.end(), [name](const Flag& flag) {
    return flag.name == name ||
           std::find(flag.also.begin(), flag.also.end(), name) != flag.also.end();
  });
  return found == flags.end() ? nullptr : &*found;
}

}  // namespace

const Verb* Program::verb_named(std::string_view name) const {
  for (const Group& group : groups) {
    for (const Verb& verb : group.verbs) {
      if (verb.name == name) return &verb;
    }
  }
  return nullptr;
}

std::vector<const Verb*> Program::visible_verbs() const {
  std::vector<const Verb*> verbs;
  for (const Group& group : groups) {
    for (const Verb& verb : group.verbs) {
      if (!verb.hidden) verbs.push_back(&verb);
    }
  }
  return verbs;
}

const Flag* flag_named(const Program& program, const Verb& verb, std::string_view name) {
  const Flag* own = find(verb.flags, name);
  return own != nullptr ? own : find(program.global_flags, name);
}

}  // namespace glowplug::cli
