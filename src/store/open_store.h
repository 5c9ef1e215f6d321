#pragma once
#include <filesystem>

#include "base/result.h"
#include "store/database.h"

namespace glowplug::store {

/// The index of a store that is ready to be used.
struct OpenedIndex {
  Database database;
  bool writable = false;
};
/// Whether `home` holds an index. Errors: permission_denied and not_found (it cannot be looked
/// into), failed_precondition (bundles lie there and the index that knew them is missing or empty).
[[nodiscard]] Result<bool> is_there(const std::filesystem::path& home);

/// Makes or finds the folders of a store, clears away what dead processes left, opens the index and
/// brings it to this program's schema; only reads where the folder cannot be written.
[[nodiscard]] Result<OpenedIndex> open_index(const std::filesystem::path& home);

}  // namespace glowplug::store
