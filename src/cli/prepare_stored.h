#pragma once
#include <string>
#include <string_view>

#include "base/result.h"
#include "bundle/prepared.h"
#include "cli/terminal/progress.h"
#include "model/runner.h"
#include "store/store.h"

namespace glowplug::cli {

/// Sees to it that the stored bundle `digest` has the prepared form for `target`, and makes it if
/// not. Returns its folder inside the bundle, or why there is none (the portable form serves).
struct StoredForm {
  std::string folder;
  std::string note;
};
[[nodiscard]] Result<StoredForm> prepare_stored(const store::Store& store, std::string_view digest,
                                                const bundle::PreparedTarget& target,
                                                RunnerFactory& runners, Progress& progress);

/// Hands forms that were made on this machine a moment ago, in the temporary bundle `from`, on to
/// the store: that for `target` and the native one. The forms in `from` are spent.
[[nodiscard]] Result<void> keep_prepared(store::Store& store, const bundle::Bundle& from,
                                         const bundle::PreparedTarget& target);

}  // namespace glowplug::cli
