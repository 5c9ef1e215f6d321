#include <fmt/format.h>

#include "cli/open_store.h"
#include "cli/serve_options.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

/// The first line on stdout; programs wait for it.
void announce(const Output& output, const std::string& line) {
  const std::string address = listening_address(line);
  switch (output.mode()) {
    case OutputMode::text:
      return output.result(line + "\n");
    case OutputMode::quiet:
      return output.result("http://" + address + "\n");
    case OutputMode::json:
      output.report("glowplug.serve/1", {.json = {{"event", "listening"}, {"http", address}}});
      return;
  }
}

Result<void> check_bundles(const std::vector<std::filesystem::path>& bundles) {
  for (const auto& folder : bundles) {
    if (auto manifest = bundle::read_manifest(folder); !manifest)
      return std::move(manifest).error();
  }
  return {};
}

Result<void> check_store_has_functions(const Session& session) {
  GLOWPLUG_ASSIGN(const auto store, open_store_if_there(session));
  if (store) {
    GLOWPLUG_ASSIGN(const auto functions, store->functions());
    if (!functions.empty()) return {};
  }
  session.output.note("There is no function yet: `glowplug add BUNDLE`, then SIGHUP.");
  return {};
}

}  // namespace

Attempt<Report> run_serve(const Session& session) {
  GLOWPLUG_ASSIGN(gateway::ServeOptions options, serve_options(session));
  for (const std::string& folder : session.invocation.arguments("BUNDLE"))
    options.bundles.emplace_back(folder);
  GLOWPLUG_TRY(check_bundles(options.bundles));
  if (options.bundles.empty()) GLOWPLUG_TRY(check_store_has_functions(session));
  Log log = serve_log(session);
  GLOWPLUG_ASSIGN(const gateway::Ended ended,
                  gateway::serve(options, log,
                                 [&](const std::string& line) { announce(session.output, line); }));
  return served(ended);
}

}  // namespace glowplug::cli
