#include "cli/session.h"

#include "store/home.h"

namespace glowplug::cli {

Result<std::filesystem::path> home_of(const Session& session) {
  if (const auto given = session.invocation.given("home"))
    return std::filesystem::path(given->text);
  return store::default_home();
}

}  // namespace glowplug::cli
