#pragma once
#include <filesystem>
#include <optional>

#include "base/fd.h"
#include "base/result.h"

/// Advisory locks on folders by flock(2): they need no file of their own, move with the folder when
/// it is renamed, and end with the process, however that ends.
namespace glowplug::store {

enum class LockKind { shared, exclusive };

/// The lock, or nullopt if another process holds one that forbids it. Errors: not_found (no such
/// folder), permission_denied, internal (a file system without flock).
[[nodiscard]] Result<std::optional<UniqueFd>> try_lock_folder(const std::filesystem::path& folder,
                                                              LockKind kind);
/// Waits up to 10 s. Errors: also unavailable. A folder that was renamed away or removed meanwhile
/// is not_found: the lock is on what lies at `folder` now.
[[nodiscard]] Result<UniqueFd> lock_folder(const std::filesystem::path& folder, LockKind kind);

}  // namespace glowplug::store
