#include "gateway/function_loader.h"

#include <fmt/format.h>

#include <utility>

#include "bundle/bundle.h"
#include "bundle/library_hash.h"
#include "bundle/prepared.h"
#include "engine/code/code.h"
#include "engine/native/native.h"
#include "front/openapi.h"
#include "handler/references.h"
#include "handler/spec.h"
#include "handler/table.h"
#include "scale/local_time.h"

namespace glowplug::gateway {
namespace {

Result<std::string> engine_hash(const LoaderOptions& options, FunctionSource& source) {
  auto hash = bundle::library_sha256(options.engine_library, source.library_cache());
  if (hash) return hash;
  return Error{Code::unavailable,
               fmt::format("the engine's library cannot be read: {}", hash.error().message),
               "scripts/setup.sh installs it; glowplug doctor says where it is looked for"};
}

instances::TemplateSpec spec_for(const Wanted& wanted, const bundle::Bundle& opened,
                                 const bundle::ChosenForm& form, const LoaderOptions& options) {
  instances::TemplateSpec spec;
  spec.function = wanted.name;
  spec.version = wanted.version;
  spec.bundle = opened.folder().string();
  spec.engine = opened.manifest().engine;
  spec.engine_library = options.engine_library.string();
  spec.model = form.model.string();
  spec.prepared = form.prepared;
  if (form.prepared) spec.portable_model = opened.model_path().string();
  spec.memory_bytes = wanted.settings.memory_bytes;
  spec.sandbox = options.sandbox;
  const bundle::Manifest& manifest = opened.manifest();
  if (!manifest.handler.is_null() && !handler::is_table(manifest.handler)) {
    spec.handler = manifest.handler;
    spec.signature = to_json(manifest.signature);
  }
  return spec;
}

/// Null where events go to the handler in the instances.
Result<std::shared_ptr<const handler::Table>> table_of(const bundle::Manifest& manifest) {
  if (!manifest.handler.is_null() && !handler::is_table(manifest.handler))
    return std::shared_ptr<const handler::Table>();
  auto table = handler::Table::create(manifest.handler, manifest.signature);
  if (!table) return std::move(table).error().in("the bundle's handler");
  return std::make_shared<const handler::Table>(*std::move(table));
}

/// The first look at a named zone makes the library read all of them, which takes longer than the
/// loop's thread may: later ones, of the pool there, find them read.
void read_time_zones(const FunctionSettings& settings) {
  (void)scale::local_minute(std::chrono::system_clock::now(), settings.keep_warm.zone);
}

void make_native(LoadedFunction& loaded, const bundle::Bundle& opened, NativeModel native,
                 const LoaderOptions& options) {
  const std::string engine(engine::native::kEngineName);
  loaded.spec = spec_for(loaded.wanted, opened, {native.plan, true, {}}, options);
  loaded.spec.engine = engine;
  loaded.spec.engine_library.clear();
  loaded.spec.portable_model.clear();
  loaded.description.engine = engine;
  loaded.form_reason = "the model is compiled for the native engine";
  loaded.native = std::move(native);
}

Error not_compiled(const std::string& reason) {
  return {Code::failed_precondition, "the model is not compiled for the native engine: " + reason,
          "--engine auto serves it with the engine it was exported for"};
}

}  // namespace

Result<LoadedFunction> load_function(const Wanted& wanted, FunctionSource& source,
                                     const LoaderOptions& options) {
  GLOWPLUG_ASSIGN(std::optional<store::Lease> lease, source.lease(wanted));
  GLOWPLUG_ASSIGN(const bundle::Bundle opened,
                  bundle::Bundle::open(wanted.folder, bundle::Checks::hashes));
  if (opened.digest() != wanted.digest) {
    return Error{
        Code::failed_precondition,
        fmt::format("{} is bundle {}, {} was expected", wanted.folder.string(),
                    bundle::short_digest(opened.digest()), bundle::short_digest(wanted.digest)),
        {}};
  }
  read_time_zones(wanted.settings);
  LoadedFunction loaded;
  loaded.wanted = wanted;
  loaded.description = {
      wanted.name,     wanted.version, opened.manifest().engine, opened.manifest().signature,
      wanted.settings, nullptr};
  GLOWPLUG_ASSIGN(loaded.description.table, table_of(opened.manifest()));
  loaded.description.openapi = [part = front::openapi_part(wanted.name, opened.manifest().signature,
                                                           opened.manifest().handler)] {
    return part;
  };
  loaded.description.item_field = handler::item_field(opened.manifest().handler);
  loaded.description.protocol_form =
      handler::protocol_form(opened.manifest().handler, opened.manifest().signature);
  loaded.lease = std::move(lease);
  if (engine::code::is_code(opened.manifest().engine)) {
    loaded.form_reason = "code of the user's own has one form";
    loaded.not_native = "it is code";
    loaded.spec = spec_for(wanted, opened, {opened.model_path(), false, {}}, options);
    loaded.spec.engine_library.clear();
    GLOWPLUG_ASSIGN(loaded.spec.environment,
                    resolve(wanted.settings.environment, wanted.settings.secrets));
    return loaded;
  }
  if (wanted.settings.engine != EngineChoice::of_manifest) {
    auto native = open_native_model(opened);
    if (native) {
      make_native(loaded, opened, *std::move(native), options);
      return loaded;
    }
    loaded.not_native = native.error().message;
    if (wanted.settings.engine == EngineChoice::native) return not_compiled(loaded.not_native);
  }
  GLOWPLUG_ASSIGN(std::string hash, engine_hash(options, source));
  const bundle::ChosenForm form =
      bundle::choose_form(opened, {opened.manifest().engine, std::move(hash), options.cpu_level});
  loaded.spec = spec_for(wanted, opened, form, options);
  loaded.form_reason = form.reason;
  return loaded;
}

}  // namespace glowplug::gateway
