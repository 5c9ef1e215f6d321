#include "store/bundle_folders.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/file.h"
#include "bundle/copy.h"
#include "bundle/json_fields.h"

namespace glowplug::store {
namespace {

Result<void> copy_checked(const bundle::Bundle& from, const std::string& path,
                          const bundle::FileEntry& listed, const std::filesystem::path& to) {
  GLOWPLUG_TRY(bundle::make_folders(to, std::filesystem::path(path).parent_path()));
  GLOWPLUG_ASSIGN(const bundle::FileEntry copied,
                  bundle::copy_regular_file(from.folder() / path, to / path));
  if (copied.sha256 == listed.sha256 && copied.size_bytes == listed.size_bytes) return {};
  return Error{Code::invalid_argument,
               fmt::format("{}: {} has sha256 {}; the manifest says {}", from.folder().string(),
                           path, copied.sha256, listed.sha256),
               {}};
}

Result<void> copy_records(const bundle::Bundle& from, const std::filesystem::path& to) {
  for (const std::string& name : from.record_names()) {
    GLOWPLUG_ASSIGN(Json record, from.record(name));
    GLOWPLUG_TRY(bundle::write_record(to, from.digest(), name, std::move(record)));
  }
  return {};
}

}  // namespace

std::filesystem::path bundle_folder(const std::filesystem::path& home, std::string_view digest) {
  return home / "bundles" / digest;
}

Result<std::vector<std::string>> stored_digests(const std::filesystem::path& home) {
  std::vector<std::string> digests;
  std::error_code failed;
  for (std::filesystem::directory_iterator entry(home / "bundles", failed), end;
       !failed && entry != end; entry.increment(failed)) {
    std::string name = entry->path().filename().string();
    if (bundle::is_sha256(name)) digests.push_back(std::move(name));
  }
  if (failed) return system_error("read " + (home / "bundles").string(), failed.value());
  std::ranges::sort(digests);
  return digests;
}

std::uint64_t folder_size(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (std::filesystem::recursive_directory_iterator entry(folder, failed), end;
       !failed && entry != end; entry.increment(failed)) {
    std::error_code unreadable;
    if (entry->is_regular_file(unreadable)) bytes += entry->file_size(unreadable);
  }
  return bytes;
}

Result<void> copy_bundle(const bundle::Bundle& from, const std::filesystem::path& to) {
  GLOWPLUG_TRY(bundle::make_folders(to.parent_path(), to.filename()));
  for (const auto& [path, listed] : from.manifest().files)
    GLOWPLUG_TRY(copy_checked(from, path, listed, to));
  GLOWPLUG_TRY(
      bundle::create_file(to / bundle::kManifestFile, bundle::manifest_text(from.manifest())));
  GLOWPLUG_TRY(copy_records(from, to));
  return bundle::sync_tree(to);
}

Result<void> place_bundle(const std::filesystem::path& home, std::string_view digest,
                          const std::filesystem::path& from) {
  const std::filesystem::path place = bundle_folder(home, digest);
  const bool done =
      ::rename(from.c_str(), place.c_str()) == 0 ||
      ((errno == ENOTEMPTY || errno == EEXIST) &&
       ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0);
  if (!done) return system_error("rename to " + place.string(), errno);
  return sync_path(place.parent_path());
}

}  // namespace glowplug::store
