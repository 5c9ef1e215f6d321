#include "store/home.h"

#include <cstdlib>

namespace glowplug::store {
namespace {

/// Empty counts as not set.
std::filesystem::path from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
}

}  // namespace

Result<std::filesystem::path> default_home() {
  if (auto home = from_environment("GLOWPLUG_HOME"); !home.empty()) return home;
  if (const auto data = from_environment("XDG_DATA_HOME"); data.is_absolute())
    return data / "glowplug";
  if (const auto user = from_environment("HOME"); !user.empty())
    return user / ".local/share/glowplug";
  return Error{Code::failed_precondition,
               "there is no place for the store: neither GLOWPLUG_HOME nor XDG_DATA_HOME nor HOME "
               "is set",
               "set GLOWPLUG_HOME to a folder"};
}

}  // namespace glowplug::store
