#pragma once
#include <filesystem>

#include "base/result.h"

namespace glowplug::store {

/// The folder of the store: $GLOWPLUG_HOME, else $XDG_DATA_HOME/glowplug, else
/// ~/.local/share/glowplug (XDG Base Directory Specification: a relative path there is ignored).
/// Errors: failed_precondition (none of the variables is set).
[[nodiscard]] Result<std::filesystem::path> default_home();

}  // namespace glowplug::store
