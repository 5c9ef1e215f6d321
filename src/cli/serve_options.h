#pragma once
#include "base/log.h"
#include "cli/session.h"
#include "gateway/serve.h"

namespace glowplug::cli {

/// What `serve` and `up` were told, for the gateway. Failure (64): settings that do not fit
/// together.
[[nodiscard]] Attempt<gateway::ServeOptions> serve_options(const Session& session);
/// The log of --log-level and --log-format on stderr.
[[nodiscard]] Log serve_log(const Session& session);

/// "127.0.0.1:8080" out of the line that gateway::serve announces, "listening http=127.0.0.1:8080".
[[nodiscard]] std::string listening_address(std::string_view line);

/// What a verb returns that served, and has written its results: 130 after Ctrl-C.
[[nodiscard]] Report served(gateway::Ended ended);

}  // namespace glowplug::cli
