#include "gateway/load_plan.h"

#include <utility>

namespace glowplug::gateway {
namespace {

PlannedFunction plan(Listed listed, FunctionSource& source, const WantedByName& served,
                     const LoaderOptions& options) {
  PlannedFunction planned{std::move(listed.name), std::move(listed.version),
                          PlannedFunction::Unchanged{}};
  if (!listed.wanted) {
    planned.step = std::move(listed.wanted).error();
    return planned;
  }
  const auto now = served.find(planned.name);
  if (now != served.end() && now->second.same_as(*listed.wanted)) return planned;
  auto loaded = load_function(*listed.wanted, source, options);
  if (loaded) {
    planned.step = *std::move(loaded);
  } else {
    planned.step = std::move(loaded).error();
  }
  return planned;
}

}  // namespace

Result<std::vector<PlannedFunction>> plan_all(FunctionSource& source, const WantedByName& served,
                                              const std::set<std::string>& skipped,
                                              const LoaderOptions& options) {
  GLOWPLUG_ASSIGN(std::vector<Listed> all, source.all());
  std::vector<PlannedFunction> steps;
  for (Listed& listed : all) {
    if (skipped.contains(listed.name)) {
      steps.push_back({listed.name, listed.version, PlannedFunction::Unchanged{}});
    } else {
      steps.push_back(plan(std::move(listed), source, served, options));
    }
  }
  return steps;
}

PlannedFunction plan_one(FunctionSource& source, const std::string& name,
                         const WantedByName& served, const LoaderOptions& options) {
  auto wanted = source.one(name);
  std::string version = wanted ? wanted->version : std::string();
  return plan({name, std::move(version), std::move(wanted)}, source, served, options);
}

}  // namespace glowplug::gateway
