#pragma once
#include <optional>

#include "base/result.h"
#include "cli/session.h"
#include "store/store.h"

namespace glowplug::cli {

/// The store, made if it is not there.
[[nodiscard]] Result<store::Store> open_store(const Session& session);
/// nullopt when there is none yet: verbs that only read make nothing.
[[nodiscard]] Result<std::optional<store::Store>> open_store_if_there(const Session& session);

}  // namespace glowplug::cli
