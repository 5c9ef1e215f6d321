#include "gateway/function_loader.h"

#include <fmt/format.h>

#include <utility>

#include "bundle/bundle.h"
#include "bundle/library_hash.h"
#include "bundle/prepared.h"
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
  return spec;
}

/// The first look at a named zone makes the library read all of them, which takes longer than the
/// loop's thread may: later ones, of the pool there, find them read.
void read_time_zones(const FunctionSettings& settings) {
  (void)scale::local_minute(std::chrono::system_clock::now(), settings.keep_warm.zone);
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
  GLOWPLUG_ASSIGN(std::string hash, engine_hash(options, source));
  const bundle::Manifest& manifest = opened.manifest();
  const bundle::ChosenForm form =
      bundle::choose_form(opened, {manifest.engine, std::move(hash), options.cpu_level});
  return LoadedFunction{.wanted = wanted,
                        .description = {wanted.name, wanted.version, manifest.engine,
                                        manifest.signature, wanted.settings},
                        .spec = spec_for(wanted, opened, form, options),
                        .lease = std::move(lease),
                        .form_reason = form.reason};
}

}  // namespace glowplug::gateway
