#pragma once
#include <filesystem>

#include "base/result.h"
#include "cli/declaration/declaration.h"
#include "cli/declaration/invocation.h"
#include "cli/terminal/output.h"
#include "cli/terminal/terminal.h"

namespace glowplug::cli {

/// What a verb works with. Everything outlives the verb's run.
struct Session {
  const Program& program;
  const Invocation& invocation;
  const Output& output;
  const Lookup& environment;
};

/// The store's folder: --home, $GLOWPLUG_HOME or the XDG data folder. It may not exist.
[[nodiscard]] Result<std::filesystem::path> home_of(const Session& session);

}  // namespace glowplug::cli
