#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/terminal.h"
#include "model/function_settings.h"

namespace glowplug::cli {

inline constexpr std::string_view kProjectFile = "glowplug.yaml";

/// What glowplug.yaml says to this version.
///
///     name: iris                          # required
///     requires: ">=0.1"                   # versions of glowplug that the project works with
///     model: {source: model.onnx}         # required; relative to the file
///     handler: {input: {type: image, …}}  # or the name of a file with that
///     function: {memory: 256MiB, …}       # rows of model/function_settings.h
///
/// Sections of later versions are taken and named in `passed_over`. Every other key is an error.
/// Values may hold ${env:NAME}; nothing else is computed. A key whose value is empty counts as not
/// there.
struct ProjectFile {
  std::filesystem::path path;
  std::string name;
  std::filesystem::path model;  ///< `model.source`, below the file's folder unless absolute
  Json handler;                 ///< the spec; null: none
  std::filesystem::path handler_folder;  ///< that the spec's files are relative to
  GivenSettings function;
  std::map<std::string, std::string, std::less<>> places;  ///< setting's key → "glowplug.yaml:9:13"
  std::vector<std::string> passed_over;  ///< keys that only later versions act on: "train"
};

/// Reads and checks `text`. `path` is for messages and for relative paths. Failures have exit code
/// 64, "file:line:column" and the line with the place marked.
[[nodiscard]] Attempt<ProjectFile> parse_project(std::string_view text,
                                                 const std::filesystem::path& path,
                                                 const Lookup& environment);
/// The same from a file; at most 1 MiB.
[[nodiscard]] Attempt<ProjectFile> read_project(const std::filesystem::path& path,
                                                const Lookup& environment);

/// The remark about keys that this version takes but does not act on; empty: none.
[[nodiscard]] std::string note_on_passed_over(const ProjectFile& project);

}  // namespace glowplug::cli
