#include "runtime/container_model.h"

#include <utility>

#include "base/cpu.h"
#include "base/installation.h"
#include "bundle/library_hash.h"
#include "bundle/prepared.h"
#include "runtime/warm_up.h"

namespace glowplug::runtime {
namespace {

/// Hashing the library takes longer than loading a small model, so only where there is a choice.
Result<bundle::ChosenForm> choose(const bundle::Bundle& bundle,
                                  const std::filesystem::path& library) {
  bundle::PreparedTarget target{bundle.manifest().engine, {}, cpu_level(detect_cpu())};
  if (!bundle::prepared_forms(bundle).empty()) {
    GLOWPLUG_ASSIGN(target.library_sha256, bundle::library_sha256(library));
  }
  return bundle::choose_form(bundle, target);
}

Result<std::unique_ptr<engine::Session>> open_session(const bundle::Bundle& bundle,
                                                      engine::Engine& engine,
                                                      const bundle::ChosenForm& form, Log& log) {
  log.info("form", form.reason, {{"prepared", form.prepared}});
  auto session = engine.open(form.model, {.threads = 1, .prepared = form.prepared});
  if (session || !form.prepared) return session;
  log.warning("prepared_form_refused", "the portable form serves",
              {{"reason", session.error().message}});
  return engine.open(bundle.model_path(), {.threads = 1, .prepared = false});
}

}  // namespace

Result<ContainerModel> load_container_model(const std::filesystem::path& folder,
                                            const std::filesystem::path& library,
                                            const OpenEngine& open, Log& log) {
  const std::filesystem::path used_library = engine_library_path(library);
  GLOWPLUG_ASSIGN(bundle::Bundle bundle, bundle::Bundle::open(folder, bundle::Checks::hashes));
  GLOWPLUG_ASSIGN(std::unique_ptr<engine::Engine> engine,
                  open(bundle.manifest().engine, used_library));
  GLOWPLUG_ASSIGN(const bundle::ChosenForm form, choose(bundle, used_library));
  GLOWPLUG_ASSIGN(std::unique_ptr<engine::Session> session,
                  open_session(bundle, *engine, form, log));
  if (const auto warm = warm_up(*session, folder); !warm) {
    log.warning("warm_up_failed", "the model refused the first run; it serves all the same",
                {{"reason", warm.error().message}});
  }
  return ContainerModel{std::move(bundle), std::move(engine), std::move(session)};
}

}  // namespace glowplug::runtime
