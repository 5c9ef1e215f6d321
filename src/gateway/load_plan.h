#pragma once
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "gateway/function_loader.h"
#include "gateway/function_source.h"

namespace glowplug::gateway {

/// What is to be done about one name.
struct PlannedFunction {
  struct Unchanged {};
  std::string name;
  std::string version;
  std::variant<Unchanged, LoadedFunction, Error> step;
};

/// What is served, by name.
using WantedByName = std::map<std::string, Wanted>;

/// Compares the source with what is `served`, loading what is new; `skipped` names are left as they
/// are. Takes as long as reading the new bundles. Errors: those of the source as a whole.
[[nodiscard]] Result<std::vector<PlannedFunction>> plan_all(FunctionSource& source,
                                                            const WantedByName& served,
                                                            const std::set<std::string>& skipped,
                                                            const LoaderOptions& options);

/// The same for one name.
[[nodiscard]] PlannedFunction plan_one(FunctionSource& source, const std::string& name,
                                       const WantedByName& served, const LoaderOptions& options);

}  // namespace glowplug::gateway
