#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "cli/session.h"

namespace glowplug::cli {

/// Names for completion: nothing is made or changed, and what cannot be read is no name.
[[nodiscard]] std::vector<std::string> stored_functions(const Session& session);
/// Versions, newest first, then aliases.
[[nodiscard]] std::vector<std::string> stored_versions(const Session& session,
                                                       std::string_view function);

}  // namespace glowplug::cli
