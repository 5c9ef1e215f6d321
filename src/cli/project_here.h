#pragma once
#include <optional>

#include "cli/project/project_file.h"
#include "cli/session.h"

namespace glowplug::cli {

/// glowplug.yaml of the current folder; nullopt when there is none. Says once what this version
/// does not act on. Failures as read_project.
[[nodiscard]] Attempt<std::optional<ProjectFile>> project_here(const Session& session);

}  // namespace glowplug::cli
