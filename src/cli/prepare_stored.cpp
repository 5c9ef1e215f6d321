#include "cli/prepare_stored.h"

#include "engine/code/code.h"
#include "engine/native/native.h"
#include "optimize/native_form.h"
#include "optimize/prepare.h"

namespace glowplug::cli {
namespace {

/// Whether this version of the native engine was tried on the bundle.
bool is_native_settled(const bundle::Bundle& bundle) {
  if (bundle::choose_form(bundle, optimize::native_target()).prepared) return true;
  const auto record = bundle.record("native");
  return record && record->value("compiled", true) == false &&
         record->value("engine_version", "") == engine::native::kEngineVersion;
}

Result<void> keep_form(store::Store& store, const bundle::Bundle& from, const std::string& wanted) {
  for (bundle::FoundForm& form : bundle::prepared_forms(from)) {
    if (form.folder != wanted || !form.index) continue;
    const auto folder = from.folder() / form.folder;
    std::error_code failed;
    std::filesystem::remove(folder / "index.json", failed);  // the store writes its own
    return store.put_prepared(from.digest(), *std::move(form.index), folder);
  }
  return {};
}

}  // namespace

Result<StoredForm> prepare_stored(const store::Store& store, std::string_view digest,
                                  const bundle::PreparedTarget& target, RunnerFactory& runners,
                                  Progress& progress) {
  GLOWPLUG_ASSIGN(const store::Lease lease, store.lease(digest));
  GLOWPLUG_ASSIGN(const auto bundle, bundle::Bundle::open(lease.folder(), bundle::Checks::sizes));
  if (engine::code::is_code(bundle.manifest().engine))
    return StoredForm{{}, "code of the user's own has one form"};
  if (bundle::choose_form(bundle, target).prepared && is_native_settled(bundle))
    return StoredForm{bundle::prepared_folder(target), {}};
  progress.start("prepare");
  auto prepared = optimize::prepare_bundle(lease.folder(), target, runners);
  if (!prepared) {
    progress.failed();
    return std::move(prepared).error();
  }
  progress.done(prepared->folder);
  return StoredForm{prepared->folder, prepared->note};
}

Result<void> keep_prepared(store::Store& store, const bundle::Bundle& from,
                           const bundle::PreparedTarget& target) {
  GLOWPLUG_TRY(keep_form(store, from, bundle::prepared_folder(optimize::native_target())));
  return keep_form(store, from, bundle::prepared_folder(target));
}

}  // namespace glowplug::cli
