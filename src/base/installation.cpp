#include "base/installation.h"

#include <cstdlib>
#include <string>

#include "base/child_process.h"

namespace glowplug {
namespace {

std::filesystem::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// A library of ours: as `variable` says, else where it is installed, else where it is built.
std::filesystem::path own_library(const char* name, const char* variable) {
  if (auto path = from_environment(variable); !path.empty()) return path;
  const std::filesystem::path libraries = std::filesystem::path(program_folder()) / ".." / "lib";
  const std::filesystem::path installed = (libraries / "glowplug" / name).lexically_normal();
  const std::filesystem::path built = (libraries / name).lexically_normal();
  std::error_code failed;
  return !std::filesystem::exists(installed, failed) && std::filesystem::exists(built, failed)
             ? built
             : installed;
}

}  // namespace

std::filesystem::path engine_library_path(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  if (auto path = from_environment("GLOWPLUG_ORT_LIBRARY"); !path.empty()) return path;
  std::filesystem::path built = GLOWPLUG_ORT_LIBRARY_DEFAULT;
  const std::filesystem::path installed =
      std::filesystem::path(program_folder()) / ".." / "lib" / "glowplug" / built.filename();
  std::error_code failed;
  if (std::filesystem::exists(installed, failed)) return installed.lexically_normal();
  return built;
}

std::filesystem::path python_library_path() {
  return own_library("libglowplug-python.so", "GLOWPLUG_PYTHON_LIBRARY");
}

std::filesystem::path media_library_path() {
  return own_library("libglowplug-media.so", "GLOWPLUG_MEDIA_LIBRARY");
}

std::filesystem::path handler_program_path(const std::filesystem::path& given) {
  if (!given.empty()) return given;
  if (auto path = from_environment("GLOWPLUG_HANDLER"); !path.empty()) return path;
  return std::filesystem::path(program_folder()) / "glowplug-handler";
}

}  // namespace glowplug
