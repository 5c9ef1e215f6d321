#include "cli/stored_names.h"

#include "cli/open_store.h"

namespace glowplug::cli {
namespace {

std::vector<store::Function> functions_of(const Session& session) {
  const auto store = open_store_if_there(session);
  if (!store || !*store) return {};
  auto functions = (**store).functions();
  return functions ? *std::move(functions) : std::vector<store::Function>{};
}

}  // namespace

std::vector<std::string> stored_functions(const Session& session) {
  std::vector<std::string> names;
  for (const store::Function& function : functions_of(session)) names.push_back(function.name);
  return names;
}

std::vector<std::string> stored_versions(const Session& session, std::string_view function) {
  std::vector<std::string> names;
  for (const store::Function& one : functions_of(session)) {
    if (one.name != function) continue;
    for (auto version = one.versions.rbegin(); version != one.versions.rend(); ++version)
      names.push_back(version->version);
    for (const auto& [alias, version] : one.aliases) names.push_back(alias);
  }
  return names;
}

}  // namespace glowplug::cli
