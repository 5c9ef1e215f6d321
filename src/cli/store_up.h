#pragma once
#include "base/result.h"
#include "bundle/bundle.h"
#include "cli/engine_setup.h"
#include "cli/terminal/progress.h"
#include "cli/up_source.h"
#include "store/store.h"

namespace glowplug::cli {

/// The function's live version, made of the source as it is now.
struct StoredUp {
  store::Resolved version;
  bool exported = false;  ///< false: the stored one was made of the same model
};

/// Brings the store up to date with `source`: exports a model only when the live version was made
/// of other bytes or by another version of this program, code always. The function's record becomes
/// `source.settings`.
[[nodiscard]] Result<StoredUp> store_up(store::Store& store, const UpSource& source,
                                        const EngineSetup& setup, Progress& progress);

/// Whether `bundle` was made of the model file `model`, and of the files beside it that it names.
[[nodiscard]] Result<bool> is_made_of(const bundle::Bundle& bundle,
                                      const std::filesystem::path& model);

}  // namespace glowplug::cli
