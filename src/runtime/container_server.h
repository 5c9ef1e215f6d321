#pragma once
#include <functional>
#include <string>

#include "base/log.h"
#include "runtime/handler_options.h"
#include "runtime/open_engine.h"

namespace glowplug::runtime {

/// Serves one bundle with the model in this process, until SIGTERM (drains: accepted requests are
/// answered, for at most 30 s) or SIGINT (ends at once). `listening` is called with "HOST:PORT"
/// once the model is loaded and the port is bound. Errors: why it cannot serve.
[[nodiscard]] Result<void> serve_container(
    const ServerOptions& options, const OpenEngine& open, Log& log,
    const std::function<void(const std::string& address)>& listening);

}  // namespace glowplug::runtime
