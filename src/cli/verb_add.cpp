#include <fmt/format.h>

#include "bundle/name.h"
#include "cli/describe_bundle.h"
#include "cli/engine_setup.h"
#include "cli/interruption.h"
#include "cli/open_store.h"
#include "cli/prepare_stored.h"
#include "cli/project_here.h"
#include "cli/verb_progress.h"
#include "cli/verbs.h"

namespace glowplug::cli {
namespace {

/// The flags, over the settings of glowplug.yaml where it speaks of this function.
Attempt<GivenSettings> settings_for(const Session& session, const std::string& function) {
  GivenSettings settings = session.invocation.function_settings();
  GLOWPLUG_ASSIGN(const auto project, project_here(session));
  if (project && project->name == function)
    settings.insert(project->function.begin(), project->function.end());
  return settings;
}

Attempt<std::string> function_name(const Session& session, const bundle::Manifest& manifest) {
  const auto given = session.invocation.given("name");
  std::string name = given ? given->text : manifest.name;
  if (auto fine = bundle::check_name("function name", name); !fine)
    return Failure(std::move(fine).error(), given ? given->where : "", kUsage);
  return name;
}

}  // namespace

Attempt<Report> run_add(const Session& session) {
  const std::filesystem::path folder = *session.invocation.argument("BUNDLE");
  GLOWPLUG_ASSIGN(const auto manifest, bundle::read_manifest(folder));
  GLOWPLUG_ASSIGN(const std::string function, function_name(session, manifest));
  GLOWPLUG_ASSIGN(const GivenSettings settings, settings_for(session, function));
  GLOWPLUG_ASSIGN(const EngineSetup setup, find_engine(session.invocation));
  GLOWPLUG_ASSIGN(store::Store store, open_store(session));
  const Interruption interruption(session.output);
  const auto progress = make_progress(session);
  GLOWPLUG_ASSIGN(const auto target, target_of(setup, store.library_cache()));
  GLOWPLUG_ASSIGN(const auto runners, make_runners(setup, function));
  GLOWPLUG_ASSIGN(const store::Added added, store.add(folder, function, settings));
  const auto form = prepare_stored(store, added.digest, target, *runners, *progress);
  if (!form)
    return interruption.explain(
        form.error(), fmt::format("version {} of {} is added, without the form for this CPU",
                                  added.version, function));
  Report report{
      .json = {{"function", function},
               {"version", added.version},
               {"digest", added.digest},
               {"is_new", added.is_new},
               {"live", added.live},
               {"folder", added.folder.string()},
               {"prepared", {{"folder", form->folder}, {"note", form->note}}}},
      .text = fmt::format("{}{} version {} is {}   live is version {}\n",
                          added.is_new ? "Added " : "Nothing to do: ", function, added.version,
                          name_with_digest(manifest.name, added.digest), added.live),
      .quiet = added.digest,
      .next = {"glowplug serve", fmt::format("glowplug functions {}", function)}};
  if (form->folder.empty())
    report.text += fmt::format("No prepared form: {}; the portable form serves\n", form->note);
  return report;
}

}  // namespace glowplug::cli
