#include <fmt/format.h>

#include <algorithm>

#include "base/cpu.h"
#include "base/file.h"
#include "cli/bundle_reference.h"
#include "cli/cold_start_plot.h"
#include "cli/cold_start_report.h"
#include "cli/engine_setup.h"
#include "cli/interruption.h"
#include "cli/open_store.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"
#include "gateway/cold_start.h"

namespace glowplug::cli {
namespace {

/// What to measure, and where it comes from.
struct Subject {
  std::unique_ptr<gateway::FunctionSource> source;
  gateway::Wanted wanted;
};

/// A folder, or another version than the live one: without a record of settings.
Result<Subject> bundle_subject(const Session& session, const std::string& reference) {
  GLOWPLUG_ASSIGN(const NamedBundle named, open_named_bundle(session, reference));
  Subject subject;
  GLOWPLUG_ASSIGN(subject.source, gateway::make_bundle_source({named.bundle.folder()}, {}));
  GLOWPLUG_ASSIGN(subject.wanted, subject.source->one(named.bundle.manifest().name));
  if (!named.function.empty()) {
    subject.wanted.name = named.function;
    subject.wanted.version = named.version;
  }
  return subject;
}

Result<Subject> find_subject(const Session& session, const std::string& reference) {
  std::error_code failed;
  if (std::filesystem::is_directory(reference, failed) ||
      reference.find_first_of("@/") != std::string::npos)
    return bundle_subject(session, reference);
  GLOWPLUG_ASSIGN(auto store, open_store_if_there(session));
  if (!store) return bundle_subject(session, reference);
  Subject subject;
  subject.source = gateway::make_store_source(*std::move(store), {});
  GLOWPLUG_ASSIGN(subject.wanted, subject.source->one(reference));
  return subject;
}

double median_of(const ColdStartFigures& figures, std::string_view phase) {
  const auto row = std::find_if(figures.phases.begin(), figures.phases.end(),
                                [phase](const auto& one) { return one.name == phase; });
  return row == figures.phases.end() ? 0 : row->spread.median;
}

std::string text_of(const gateway::Wanted& wanted, const gateway::ColdStarts& starts,
                    const ColdStartFigures& from_nothing, const ColdStartFigures& from_template,
                    const Terminal& terminal) {
  if (!terminal.out_is_terminal)
    return table_of("from nothing", from_nothing, terminal) +
           table_of("from its template", from_template, terminal);
  const double touch = median_of(from_template, "first_run") - from_template.warm_run.median;
  return fmt::format(
      "{}   version {}   {} form   {} rounds of each   page cache warm, no HTTP\n\n{}\n{}\n"
      "A warm run takes {:.3f} ms: {:.3f} ms of first_run go to pages touched for the first "
      "time.\n",
      wanted.name, wanted.version, starts.form, starts.from_template.size(),
      table_of("from nothing", from_nothing, terminal),
      table_of("from its template", from_template, terminal), from_template.warm_run.median,
      std::max(touch, 0.0));
}

Result<void> check_plot(const std::optional<Given>& plot) {
  if (!plot) return {};
  const std::filesystem::path folder = std::filesystem::path(plot->text).parent_path();
  std::error_code failed;
  if (folder.empty() || std::filesystem::is_directory(folder, failed)) return {};
  return Error{Code::not_found, fmt::format("--plot: there is no folder {}", folder.string()), {}};
}

Attempt<gateway::ColdStarts> measure(const Session& session, Subject& subject,
                                     const EngineSetup& setup) {
  const Interruption interruption(session.output);
  const auto progress = make_progress(session);
  gateway::ColdStartOptions options{
      .wanted = subject.wanted,
      .loader = {.engine_library = setup.library,
                 .cpu_level = cpu_level(detect_cpu()),
                 .sandbox = !session.invocation.has("no-sandbox")},
      .handler_program = setup.handler,
      .rounds = static_cast<std::uint32_t>(session.invocation.count("rounds")),
      .progress =
          [&](std::uint32_t done, std::uint32_t of) {
            progress->step(fmt::format("round {} of {}", done, of));
          },
      .interrupted = [&] { return interruption.happened(); }};
  Log silent(Log::Format::json, LogLevel::error, [](std::string_view) {});
  progress->start("measure");
  auto starts = measure_cold_starts(options, *subject.source, silent);
  if (!starts) {
    progress->failed();
    return interruption.explain(std::move(starts).error(), "nothing was written");
  }
  progress->done();
  return *std::move(starts);
}

}  // namespace

Attempt<Report> run_coldstart(const Session& session) {
  const std::string reference = *session.invocation.argument("FUNCTION|BUNDLE");
  const auto plot = session.invocation.given("plot");
  GLOWPLUG_TRY(check_plot(plot));
  GLOWPLUG_ASSIGN(Subject subject, find_subject(session, reference));
  GLOWPLUG_ASSIGN(subject.wanted.settings,
                  glowplug::apply(subject.wanted.settings, session.invocation.function_settings()));
  GLOWPLUG_ASSIGN(const EngineSetup setup, find_engine(session.invocation));
  GLOWPLUG_ASSIGN(const gateway::ColdStarts starts, measure(session, subject, setup));
  if (starts.in_loop)
    session.output.note(
        "The model is compiled: serve answers it in its own loop, without a process. These are the "
        "starts of the instances that take batches too long for the loop.");
  const ColdStartFigures from_nothing = figures_of(starts.from_nothing);
  const ColdStartFigures from_template = figures_of(starts.from_template);
  const gateway::Wanted& wanted = subject.wanted;
  if (plot)
    GLOWPLUG_TRY(write_file_atomically(
        plot->text,
        plot_of(fmt::format("Cold start of {} (version {})", wanted.name, wanted.version),
                from_nothing, from_template)));
  return Report{
      .json = {{"function", wanted.name},
               {"version", wanted.version},
               {"digest", wanted.digest},
               {"form", starts.form},
               {"form_reason", starts.form_reason},
               {"in_loop", starts.in_loop},
               {"from_nothing", json_of(from_nothing, starts.from_nothing)},
               {"from_template", json_of(from_template, starts.from_template)},
               {"plot", plot ? Json(plot->text) : Json()}},
      .text = text_of(wanted, starts, from_nothing, from_template, session.output.terminal()),
      .quiet = fmt::format("{:.3f}", from_template.total.median)};
}

}  // namespace glowplug::cli
