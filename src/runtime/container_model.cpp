#include "runtime/container_model.h"

#include <future>
#include <utility>

#include "base/cpu.h"
#include "base/installation.h"
#include "bundle/library_hash.h"
#include "bundle/prepared.h"
#include "engine/code/code.h"
#include "engine/native/native.h"
#include "handler/event_session.h"
#include "handler/spec.h"
#include "runtime/bundle_assets.h"
#include "runtime/open_media.h"

namespace glowplug::runtime {
namespace {

/// The hashes of what the digest covers, the portable form above all.
Result<void> check_portable(const bundle::Bundle& bundle) {
  GLOWPLUG_TRY(bundle::Bundle::open(bundle.folder(), bundle::Checks::hashes));
  return {};
}

/// Hashes what will be loaded and no more. Hashing the library takes longer than loading a small
/// model, so only where there is a choice.
Result<bundle::ChosenForm> choose(const bundle::Bundle& bundle,
                                  const std::filesystem::path& library) {
  bundle::PreparedTarget target{bundle.manifest().engine, {}, cpu_level(detect_cpu())};
  if (!bundle::prepared_forms(bundle).empty()) {
    GLOWPLUG_ASSIGN(target.library_sha256, bundle::library_sha256(library));
  }
  bundle::ChosenForm form = bundle::choose_form(bundle, target);
  if (!form.prepared) GLOWPLUG_TRY(check_portable(bundle));
  return form;
}

Result<std::unique_ptr<engine::Session>> open_session(const bundle::Bundle& bundle,
                                                      engine::Engine& engine,
                                                      const bundle::ChosenForm& form, Log& log) {
  log.info("form", form.reason, {{"prepared", form.prepared}});
  auto session = engine.open(form.model, {.threads = 1, .prepared = form.prepared});
  if (session || !form.prepared) return session;
  log.warning("prepared_form_refused", "the portable form serves",
              {{"reason", session.error().message}});
  GLOWPLUG_TRY(check_portable(bundle));
  return engine.open(bundle.model_path(), {.threads = 1, .prepared = false});
}

struct Loaded {
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<engine::Session> session;
};

Result<Loaded> load_native(const bundle::Bundle& bundle, const OpenEngine& open) {
  const bundle::ChosenForm form = bundle::choose_form(
      bundle, {std::string(engine::native::kEngineName), std::string(engine::native::kEngineSha256),
               std::string(engine::native::kAnyCpu)});
  if (!form.prepared) return Error{Code::failed_precondition, form.reason, {}};
  Loaded loaded;
  GLOWPLUG_ASSIGN(loaded.engine, open(engine::native::kEngineName, {}));
  GLOWPLUG_ASSIGN(loaded.session,
                  loaded.engine->open(form.model, {.threads = 1, .prepared = true}));
  return loaded;
}

/// Why export did not compile the model, if it said so.
std::string not_compiled_reason(const bundle::Bundle& bundle, const Error& otherwise) {
  const auto record = bundle.record("native");
  std::string reason = record ? record->value("reason", "") : "";
  return reason.empty() ? otherwise.message : reason;
}

Result<Loaded> load_of_manifest(const bundle::Bundle& bundle, const std::filesystem::path& given,
                                const OpenEngine& open, Log& log) {
  const std::filesystem::path library = engine_library_path(given);
  // Making the engine's environment and hashing take about 15 ms each, so they run side by side;
  // where there can be no second thread the hashing comes second.
  auto chosen = std::async(std::launch::async | std::launch::deferred,
                           [&] { return choose(bundle, library); });
  Loaded loaded;
  GLOWPLUG_ASSIGN(loaded.engine, open(bundle.manifest().engine, library));
  GLOWPLUG_ASSIGN(const bundle::ChosenForm form, chosen.get());
  GLOWPLUG_ASSIGN(loaded.session, open_session(bundle, *loaded.engine, form, log));
  return loaded;
}

Result<Loaded> load(const bundle::Bundle& bundle, const EngineChoice& choice,
                    const OpenEngine& open, Log& log) {
  const bool only_native = choice.engine == engine::native::kEngineName;
  if (only_native || choice.engine.empty()) {
    auto native = load_native(bundle, open);
    if (native) {
      log.info("engine", "the native engine serves", {});
      return native;
    }
    const std::string reason = not_compiled_reason(bundle, native.error());
    if (only_native)
      return Error{Code::failed_precondition,
                   "the model is not compiled for the native engine: " + reason,
                   "leave out --engine native"};
    log.info("engine", bundle.manifest().engine + " serves, not the native engine",
             {{"reason", reason}});
  }
  return load_of_manifest(bundle, choice.library, open, log);
}

/// The container is its sandbox: environment and files are what the platform gives it.
Result<Loaded> load_code(const bundle::Bundle& bundle, const OpenEngine& open, Log& log) {
  GLOWPLUG_TRY(check_portable(bundle));
  engine::code::allow_one_thread();
  Loaded loaded;
  GLOWPLUG_ASSIGN(loaded.engine, open(bundle.manifest().engine, {}));
  log.info("engine", "code of the user's own serves", {{"made_with", loaded.engine->version()}});
  const auto file = std::filesystem::absolute(bundle.model_path());
  GLOWPLUG_ASSIGN(loaded.session, loaded.engine->open(file, {.function = bundle.manifest().name}));
  return loaded;
}

Result<void> make_handler(ContainerModel& model) {
  const bundle::Manifest& manifest = model.bundle.manifest();
  if (manifest.handler.is_null() || handler::is_table(manifest.handler)) {
    GLOWPLUG_ASSIGN(auto table, handler::Table::create(manifest.handler, manifest.signature));
    model.table = std::make_shared<const handler::Table>(std::move(table));
    return {};
  }
  GLOWPLUG_ASSIGN(const handler::MakeMediaInput media, open_media_for(manifest.handler));
  model.assets = std::make_unique<BundleAssets>(model.bundle.folder());
  GLOWPLUG_ASSIGN(auto made, handler::Handler::create(manifest.handler, manifest.signature,
                                                      *model.assets, media));
  model.events = std::make_unique<handler::EventSession>(std::move(made), *model.session);
  return {};
}

}  // namespace

Result<ContainerModel> load_container_model(const std::filesystem::path& folder,
                                            const EngineChoice& choice, const OpenEngine& open,
                                            Log& log) {
  GLOWPLUG_ASSIGN(bundle::Bundle bundle, bundle::Bundle::open(folder, bundle::Checks::sizes));
  const bool runs_code = engine::code::is_code(bundle.manifest().engine);
  auto opened = runs_code ? load_code(bundle, open, log) : load(bundle, choice, open, log);
  GLOWPLUG_ASSIGN(Loaded loaded, std::move(opened));
  ContainerModel model{std::move(bundle), std::move(loaded.engine), std::move(loaded.session)};
  model.runs_code = runs_code;
  if (runs_code) return model;
  if (auto made = make_handler(model); !made)
    return std::move(made).error().in("the bundle's handler");
  return model;
}

}  // namespace glowplug::runtime
