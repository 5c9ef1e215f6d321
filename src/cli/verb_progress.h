#pragma once
#include <memory>

#include "base/json.h"
#include "cli/session.h"
#include "cli/terminal/progress.h"

namespace glowplug::cli {

/// Progress on stderr as --progress says; none under --json and -q.
[[nodiscard]] std::unique_ptr<Progress> make_progress(const Session& session);

/// A number for JSON, which has no NaN and no infinity: those become null.
[[nodiscard]] Json number_json(double value);
/// "2026-11-25T18:20:24Z".
[[nodiscard]] std::string utc_time(std::int64_t unix_ms);

}  // namespace glowplug::cli
