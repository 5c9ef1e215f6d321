#include "cli/up_source.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "bundle/name.h"
#include "cli/model_name.h"
#include "cli/project/project_file.h"
#include "cli/verb_export_code.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kCodeFile = "handler.py";
constexpr std::string_view kArgument = "MODEL.onnx|glowplug.yaml";

std::vector<std::string> models_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".onnx") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Result<void> check_no_bundle(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::exists(path / "manifest.json", failed)) return {};
  return Error{Code::invalid_argument, path.string() + " is a bundle, no model",
               fmt::format("glowplug serve {}", path.string())};
}

Attempt<std::filesystem::path> find_input(const Session& session,
                                          const std::filesystem::path& folder) {
  if (const auto named = session.invocation.argument(kArgument)) {
    std::error_code failed;
    const std::filesystem::path path = folder / *named;
    GLOWPLUG_TRY(check_no_bundle(path));
    return std::filesystem::is_directory(path, failed) ? path / kProjectFile : path;
  }
  std::error_code failed;
  if (std::filesystem::exists(folder / kProjectFile, failed)) return folder / kProjectFile;
  const auto models = models_in(folder);
  if (models.size() == 1) return folder / models.front();
  if (models.empty() && std::filesystem::exists(folder / kCodeFile, failed))
    return folder / kCodeFile;
  if (models.empty())
    return Failure(
        Error{Code::not_found,
              "there is no glowplug.yaml, no .onnx file and no handler.py in this folder",
              "glowplug up MODEL.onnx"});
  return usage_failure(
      fmt::format("there are several models in this folder: {}", fmt::join(models, ", ")),
      fmt::format("glowplug up {}", models.front()));
}

bool is_project(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Attempt<UpSource> from_project(const Session& session, const std::filesystem::path& path) {
  GLOWPLUG_ASSIGN(ProjectFile project, read_project(path, session.environment));
  if (const std::string note = note_on_passed_over(project); !note.empty())
    session.output.note(note);
  return UpSource{.name = std::move(project.name),
                  .model = std::move(project.model),
                  .handler = std::move(project.handler),
                  .handler_folder = std::move(project.handler_folder),
                  .settings = std::move(project.function)};
}

}  // namespace

Attempt<UpSource> find_up_source(const Session& session, const std::filesystem::path& folder) {
  GLOWPLUG_ASSIGN(const auto input, find_input(session, folder));
  UpSource source;
  if (is_project(input)) {
    GLOWPLUG_ASSIGN(source, from_project(session, input));
  } else {
    source.model = input;
  }
  GLOWPLUG_TRY(check_model_file(source.model));
  std::optional<std::string> name;
  if (!source.name.empty()) name = source.name;
  if (const auto given = session.invocation.given("name")) name = given->text;
  GLOWPLUG_ASSIGN(source.name, model_name(name, source.model));
  if (optimize::code::is_code_file(source.model)) {
    source.code.emplace();
    source.code->handler = source.model;
    source.code->name = source.name;
    GLOWPLUG_TRY(read_code_flags(session.invocation, *source.code));
  }
  for (const auto& [key, text] : session.invocation.function_settings())
    source.settings[key] = text;
  if (auto fit = glowplug::apply(FunctionSettings{}, source.settings); !fit)
    return Failure(std::move(fit).error(), "function settings", kUsage);
  return source;
}

}  // namespace glowplug::cli
