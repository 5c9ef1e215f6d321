#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/declaration/declaration.h"
#include "cli/declaration/invocation.h"
#include "cli/project/project_file.h"
#include "cli/terminal/failure.h"

namespace glowplug::cli {

/// One setting that can be given by flag, environment or file.
struct Setting {
  std::string key;  ///< "http_port", "function.memory"
  Flag flag;
};
/// Those of the process, then those of a function.
[[nodiscard]] std::vector<Setting> all_settings();
[[nodiscard]] std::vector<std::string> setting_keys();
/// By key, with or without "function.", or as a flag. Failure (64): unknown, with "did you mean".
[[nodiscard]] Attempt<Setting> setting_named(std::string_view name);

/// The value that `serve` or `up` would take: environment, then the project file, then the
/// default. Failure (64): the environment holds a value that is none.
[[nodiscard]] Attempt<Given> value_of(const Setting& setting, const Lookup& environment,
                                      const std::optional<ProjectFile>& project);

}  // namespace glowplug::cli
