#pragma once
#include <filesystem>
#include <string_view>

#include "base/result.h"
#include "bundle/manifest.h"

/// Files that go in and out of bundles. What is made here has mode 0644 (folders 0755) whatever the
/// umask, since instances read it as another user.
namespace glowplug::bundle {

/// Size and sha256. Errors: invalid_argument (a link, or not a regular file), those of reading.
[[nodiscard]] Result<FileEntry> hash_regular_file(const std::filesystem::path& path);
/// Copies a regular file to `to`, which must not exist; returns what was copied. Links to `from`
/// are followed. Not synced (sync_tree). Errors: invalid_argument (not a regular file),
/// already_exists, exhausted (disk full).
[[nodiscard]] Result<FileEntry> copy_regular_file(const std::filesystem::path& from,
                                                  const std::filesystem::path& to);
/// The same from memory.
[[nodiscard]] Result<FileEntry> create_file(const std::filesystem::path& to,
                                            std::string_view bytes);
/// `root`/`below` and every folder between them that is not there.
[[nodiscard]] Result<void> make_folders(const std::filesystem::path& root,
                                        const std::filesystem::path& below);
/// Syncs every file and folder in `folder`, and it.
[[nodiscard]] Result<void> sync_tree(const std::filesystem::path& folder);

}  // namespace glowplug::bundle
