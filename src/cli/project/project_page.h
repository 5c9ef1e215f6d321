#pragma once
#include <map>
#include <string>

namespace glowplug::cli {

/// Pages in the repository that are written from the keys of glowplug.yaml: path → content
/// (docs/project-file.md, docs/glowplug.schema.json).
[[nodiscard]] std::map<std::string, std::string> project_documents();

}  // namespace glowplug::cli
