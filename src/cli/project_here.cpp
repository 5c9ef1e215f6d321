#include "cli/project_here.h"

namespace glowplug::cli {

Attempt<std::optional<ProjectFile>> project_here(const Session& session) {
  std::error_code failed;
  if (!std::filesystem::exists(kProjectFile, failed)) return std::optional<ProjectFile>();
  GLOWPLUG_ASSIGN(ProjectFile project,
                  read_project(std::filesystem::path(kProjectFile), session.environment));
  if (const std::string note = note_on_passed_over(project); !note.empty())
    session.output.note(note);
  return std::optional<ProjectFile>(std::move(project));
}

}  // namespace glowplug::cli
