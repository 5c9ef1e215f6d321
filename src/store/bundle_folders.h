#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "bundle/bundle.h"

/// HOME/bundles/DIGEST/: whole bundles only.
namespace glowplug::store {

[[nodiscard]] std::filesystem::path bundle_folder(const std::filesystem::path& home,
                                                  std::string_view digest);
/// Digests of the folders that are there, sorted.
[[nodiscard]] Result<std::vector<std::string>> stored_digests(const std::filesystem::path& home);
/// Bytes of all files below.
[[nodiscard]] std::uint64_t folder_size(const std::filesystem::path& folder);

/// Copies a bundle to the new folder `to`, checked by hash as it is copied and synced, without its
/// prepared forms. Errors: invalid_argument (a wrong hash, a record of another bundle), those of
/// the file system.
[[nodiscard]] Result<void> copy_bundle(const bundle::Bundle& from, const std::filesystem::path& to);
/// Puts the bundle in `from` where the store keeps `digest`, synced. What lay there (a damaged one)
/// is in `from` afterwards.
[[nodiscard]] Result<void> place_bundle(const std::filesystem::path& home, std::string_view digest,
                                        const std::filesystem::path& from);

}  // namespace glowplug::store
