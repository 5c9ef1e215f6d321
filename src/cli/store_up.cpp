#include "cli/store_up.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/sha256.h"
#include "base/version.h"
#include "cli/describe_bundle.h"
#include "cli/export_model.h"
#include "cli/prepare_stored.h"
#include "optimize/code/export_code.h"
#include "optimize/handler_files.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kModelFolder = "model/";

/// Where the source of a file of the bundle's model/ lies: external weights beside the model.
std::filesystem::path source_of(const bundle::Manifest& manifest, const std::string& path,
                                const std::filesystem::path& model) {
  if (path == manifest.model) return model;
  return model.parent_path() / path.substr(kModelFolder.size());
}

/// Whether the bundle's handler was made of what the source says now.
Result<bool> has_same_handler(const bundle::Bundle& bundle, const UpSource& source) {
  Signature signature = bundle.manifest().signature;
  GLOWPLUG_ASSIGN(
      const optimize::HandlerFiles now,
      optimize::handler_files(source.handler, source.handler_folder,
                              std::filesystem::absolute(source.model).parent_path(), signature));
  const auto record = bundle.record("export");
  return record && record->contains("handler") && record->at("handler").is_object() &&
         record->at("handler").value("source_sha256", "") == now.source_sha256;
}

Result<bool> is_up_to_date(const store::Store& store, const store::Resolved& live,
                           const UpSource& source) {
  GLOWPLUG_ASSIGN(const store::Lease lease, store.lease(live.digest));
  GLOWPLUG_ASSIGN(const auto bundle, bundle::Bundle::open(lease.folder(), bundle::Checks::sizes));
  if (bundle.manifest().producer != fmt::format("glowplug {}", kVersion)) return false;
  GLOWPLUG_ASSIGN(const bool same_model, is_made_of(bundle, source.model));
  return same_model ? has_same_handler(bundle, source) : Result<bool>(false);
}

Result<void> export_into(store::Store& store, const UpSource& source,
                         const bundle::PreparedTarget& target, RunnerFactory& runners,
                         Progress& progress) {
  GLOWPLUG_ASSIGN(const TemporaryFolder work, TemporaryFolder::create());
  optimize::ExportRequest request;
  request.model = source.model;
  request.name = source.name;
  request.output = work.path() / (source.name + ".glow");
  request.target = target;
  request.handler = source.handler;
  request.handler_folder = source.handler_folder;
  GLOWPLUG_ASSIGN(const auto exported, export_with_progress(request, runners, progress));
  GLOWPLUG_ASSIGN(const store::Added added, store.add(exported.bundle, source.name));
  GLOWPLUG_ASSIGN(const auto bundle, bundle::Bundle::open(exported.bundle, bundle::Checks::sizes));
  GLOWPLUG_TRY(keep_prepared(store, bundle, target));
  if (added.live != added.version)
    GLOWPLUG_TRY(store.set_alias(source.name, store::kLive, added.version));
  return {};
}

/// Made anew each time: the same files give the same bundle, which is then not added again.
Result<bool> store_code(store::Store& store, const UpSource& source, RunnerFactory& runners,
                        Progress& progress) {
  GLOWPLUG_ASSIGN(const TemporaryFolder work, TemporaryFolder::create());
  optimize::code::CodeRequest request = *source.code;
  request.output = work.path() / (source.name + ".glow");
  progress.start("export");
  const auto exported = optimize::code::export_code(request, runners);
  if (!exported) {
    progress.failed();
    return exported.error();
  }
  progress.done(name_with_digest(source.name, exported->digest));
  GLOWPLUG_ASSIGN(const store::Added added, store.add(exported->bundle, source.name));
  if (added.live != added.version)
    GLOWPLUG_TRY(store.set_alias(source.name, store::kLive, added.version));
  return added.is_new;
}

Result<bool> store_model(store::Store& store, const UpSource& source,
                         const bundle::PreparedTarget& target, RunnerFactory& runners,
                         Progress& progress) {
  bool fresh = false;
  if (const auto live = store.resolve(source.name)) {
    GLOWPLUG_ASSIGN(fresh, is_up_to_date(store, *live, source));
  } else if (live.error().code != Code::not_found) {
    return live.error();
  }
  if (!fresh) GLOWPLUG_TRY(export_into(store, source, target, runners, progress));
  return !fresh;
}

}  // namespace

Result<bool> is_made_of(const bundle::Bundle& bundle, const std::filesystem::path& model) {
  const bundle::Manifest& manifest = bundle.manifest();
  for (const auto& [path, file] : manifest.files) {
    if (!path.starts_with(kModelFolder)) continue;
    const auto source = source_of(manifest, path, model);
    std::error_code failed;
    if (std::filesystem::file_size(source, failed) != file.size_bytes || failed) return false;
    GLOWPLUG_ASSIGN(const std::string sha256, sha256_of_file(source));
    if (sha256 != file.sha256) return false;
  }
  return true;
}

Result<StoredUp> store_up(store::Store& store, const UpSource& source, const EngineSetup& setup,
                          Progress& progress) {
  GLOWPLUG_ASSIGN(const auto target, target_of(setup, store.library_cache()));
  GLOWPLUG_ASSIGN(const auto runners, make_runners(setup, source.name));
  GLOWPLUG_ASSIGN(const bool exported,
                  source.code ? store_code(store, source, *runners, progress)
                              : store_model(store, source, target, *runners, progress));
  GLOWPLUG_TRY(store.set_settings(source.name, source.settings));
  GLOWPLUG_ASSIGN(store::Resolved version, store.resolve(source.name));
  GLOWPLUG_ASSIGN(const StoredForm form,
                  prepare_stored(store, version.digest, target, *runners, progress));
  return StoredUp{std::move(version), exported};
}

}  // namespace glowplug::cli
