#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "bundle/manifest.h"

namespace glowplug::bundle {

/// A file or folder below a folder.
struct TreeEntry {
  std::string path;  ///< relative, "/" between parts
  bool is_folder = false;
  std::uint64_t size_bytes = 0;  ///< of files
};

/// Everything below `folder`, sorted by path. Errors: not_found; invalid_argument naming the file:
/// a link, a file with a second name (hard link), a special file, a name that check_bundle_path
/// refuses; more than 100 000 entries.
[[nodiscard]] Result<std::vector<TreeEntry>> list_tree(const std::filesystem::path& folder);

enum class Checks;
/// Errors, naming the file, unless `entries` (paths below `root`) are exactly `files` with the
/// folders that these need, sizes and (Checks::hashes) hashes as listed: invalid_argument;
/// not_found (a listed file is not there).
[[nodiscard]] Result<void> verify_files(const std::filesystem::path& root,
                                        const std::vector<TreeEntry>& entries,
                                        const FileTable& files, Checks checks);

}  // namespace glowplug::bundle
