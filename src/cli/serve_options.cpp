#include "cli/serve_options.h"

#include <algorithm>

#include "cli/engine_setup.h"

namespace glowplug::cli {

Attempt<gateway::ServeOptions> serve_options(const Session& session) {
  const Invocation& given = session.invocation;
  gateway::ServeOptions options;
  options.settings = given.function_settings();
  if (auto fit = glowplug::apply(FunctionSettings{}, options.settings); !fit)
    return Failure(std::move(fit).error(), "function settings", kUsage);
  GLOWPLUG_ASSIGN(const EngineSetup setup, find_engine(given));
  options.handler_program = setup.handler;
  options.engine_library = setup.library;
  GLOWPLUG_ASSIGN(options.home, home_of(session));
  options.host = given.text("host");
  options.http_port = static_cast<std::uint16_t>(given.count("http-port"));
  options.template_budget_bytes = given.size("template-budget");
  options.max_body_bytes = given.size("max-body");
  options.max_buffered_bytes = given.size("max-buffered");
  options.max_connections = static_cast<std::uint32_t>(given.count("max-connections"));
  options.drain_timeout = given.duration("drain-timeout");
  options.access_log = !given.has("no-access-log");
  options.busy_poll = !given.has("no-busy-poll");
  options.sandbox = !given.has("no-sandbox");
  return options;
}

Log serve_log(const Session& session) {
  const auto level = log_level_named(session.invocation.text("log-level"));
  GLOWPLUG_CHECK(level.has_value());  // one of the flag's choices
  const std::string format = session.invocation.text("log-format");
  if (format == "auto") return Log::to_stderr(*level);
  return Log::to_stderr(*level, format == "json" ? Log::Format::json : Log::Format::text);
}

std::string listening_address(std::string_view line) {
  constexpr std::string_view kListening = "listening http=";
  return std::string(line.substr(std::min(kListening.size(), line.size())));
}

Report served(gateway::Ended ended) {
  Report report;
  report.shown = true;
  if (ended == gateway::Ended::interrupted) report.exit_code = kInterrupted;
  return report;
}

}  // namespace glowplug::cli
