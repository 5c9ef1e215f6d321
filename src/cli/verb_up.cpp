#include <fmt/format.h>

#include "cli/describe_bundle.h"
#include "cli/interruption.h"
#include "cli/open_store.h"
#include "cli/serve_options.h"
#include "cli/store_up.h"
#include "cli/try_it.h"
#include "cli/up_source.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

/// Everything until the store holds what is to be served.
Attempt<StoredUp> bring_up(const Session& session, const UpSource& source,
                           const EngineSetup& setup) {
  GLOWPLUG_ASSIGN(store::Store store, open_store(session));
  const Interruption interruption(session.output);
  const auto progress = make_progress(session);
  auto stored = store_up(store, source, setup, *progress);
  if (!stored) return interruption.explain(std::move(stored).error(), "nothing is served");
  if (interruption.happened())
    return interruption.explain(Error{}, "the function is in the store; nothing is served");
  return *std::move(stored);
}

/// `glowplug inspect NAME`, of the same store.
std::string inspect_command(const Session& session, const std::string& name) {
  const auto home = session.invocation.given("home");
  if (!home || home->origin != Origin::flag) return "glowplug inspect " + name;
  return fmt::format("glowplug --home {} inspect {}", shell_quoted(home->text), name);
}

Report announcement(const Session& session, const StoredUp& up, const bundle::Bundle& bundle,
                    const std::string& line) {
  const std::string address = listening_address(line);
  const std::string url = fmt::format("http://{}/v2/models/{}", address, up.version.function);
  const std::string command =
      curl_line(bundle, fmt::format("http://{}", address), up.version.function,
                inspect_command(session, up.version.function));
  return {
      .json = {{"event", "listening"},
               {"http", address},
               {"function", up.version.function},
               {"version", up.version.version},
               {"digest", up.version.digest},
               {"exported", up.exported},
               {"url", url},
               {"try", command}},
      .text = fmt::format("{}   {} version {}{}\nTry: {}\n", url,
                          name_with_digest(up.version.function, up.version.digest),
                          up.version.version, up.exported ? "" : "   unchanged", command),
      .quiet = url,
  };
}

}  // namespace

Attempt<Report> run_up(const Session& session) {
  GLOWPLUG_ASSIGN(const UpSource source, find_up_source(session, "."));
  GLOWPLUG_ASSIGN(gateway::ServeOptions options, serve_options(session));
  options.settings.clear();  // they are the function's: its record has them
  const EngineSetup setup{options.handler_program, options.engine_library};
  GLOWPLUG_ASSIGN(const StoredUp up, bring_up(session, source, setup));
  GLOWPLUG_ASSIGN(const auto bundle,
                  bundle::Bundle::open(up.version.folder, bundle::Checks::sizes));
  if (bundle.sample_names().empty())
    session.output.warning(
        "UNVERIFIED: no sample ran when this model was exported; nothing vouches for its answers");
  Log log = serve_log(session);
  GLOWPLUG_ASSIGN(const gateway::Ended ended,
                  gateway::serve(options, log, [&](const std::string& line) {
                    session.output.report("glowplug.up/1", announcement(session, up, bundle, line));
                    session.output.note("Stop: Ctrl-C");
                  }));
  return served(ended);
}

}  // namespace glowplug::cli
