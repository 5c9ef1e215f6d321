#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "base/file.h"
#include "bundle/copy.h"
#include "bundle/name.h"
#include "bundle/prepared.h"
#include "bundle/tree.h"

namespace glowplug::bundle {
namespace {

constexpr std::string_view kUnfinished = ".new-";  ///< names that prepared_forms passes over

/// Locked against other writers for as long as it is open.
Result<UniqueFd> lock_folder(const std::filesystem::path& folder) {
  GLOWPLUG_ASSIGN(UniqueFd fd, open_file(folder, O_RDONLY | O_DIRECTORY));
  while (::flock(fd.get(), LOCK_EX) != 0) {
    if (errno != EINTR) return system_error("lock " + folder.string(), errno);
  }
  return fd;
}

/// What writers that died left; the caller holds the lock, so nobody is at work on it.
void remove_unfinished(const std::filesystem::path& folder) {
  std::error_code ignored;  // what stays is passed over and tried again next time
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().filename().string().starts_with(kUnfinished))
      std::filesystem::remove_all(entry.path(), ignored);
  }
}

Result<FileTable> copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
  GLOWPLUG_ASSIGN(const auto entries, list_tree(from));
  FileTable files;
  for (const TreeEntry& entry : entries) {
    if (entry.is_folder) {
      GLOWPLUG_TRY(make_folders(to, entry.path));
    } else if (entry.path == kIndexFile) {
      return invalid_argument("index.json is the name of the form's own index");
    } else {
      GLOWPLUG_ASSIGN(files[entry.path], copy_regular_file(from / entry.path, to / entry.path));
    }
  }
  return files;
}

/// Puts the finished folder where the form belongs; `work` holds the old form afterwards.
Result<void> swap_in(const std::filesystem::path& work, const std::filesystem::path& place) {
  if (::rename(work.c_str(), place.c_str()) == 0) return {};
  if (errno != ENOTEMPTY && errno != EEXIST)
    return system_error("rename to " + place.string(), errno);
  if (::renameat2(AT_FDCWD, work.c_str(), AT_FDCWD, place.c_str(), RENAME_EXCHANGE) == 0) return {};
  if (errno != EINVAL && errno != ENOSYS) return system_error("rename to " + place.string(), errno);
  // A file system that cannot swap: for a moment there is no form, and the portable one serves.
  std::error_code failed;
  std::filesystem::remove_all(place, failed);
  if (failed) return system_error("remove " + place.string(), failed.value());
  if (::rename(work.c_str(), place.c_str()) != 0)
    return system_error("rename to " + place.string(), errno);
  return {};
}

}  // namespace

Result<std::string> put_prepared(const std::filesystem::path& folder, PreparedIndex index,
                                 const std::filesystem::path& from) {
  GLOWPLUG_ASSIGN(const Manifest manifest, read_manifest(folder));
  if (index.digest != digest_of(manifest))
    return invalid_argument(fmt::format("the prepared form is of digest {}; the bundle is {}",
                                        short_digest(index.digest),
                                        short_digest(digest_of(manifest))));
  GLOWPLUG_TRY(check_name("engine name", index.target.engine));
  GLOWPLUG_TRY(check_name("CPU level", index.target.cpu_level));
  GLOWPLUG_TRY(make_folders(folder, "prepared"));
  const std::filesystem::path forms = folder / "prepared";
  GLOWPLUG_ASSIGN(const UniqueFd lock, lock_folder(forms));
  remove_unfinished(forms);

  const std::string place = prepared_folder(index.target);
  const std::filesystem::path work =
      forms / (std::string(kUnfinished) + (folder / place).filename().string());
  GLOWPLUG_TRY(make_folders(forms, work.filename()));
  GLOWPLUG_ASSIGN(index.files, copy_files(from, work));
  if (!index.files.contains(index.main_file))
    return invalid_argument(
        fmt::format("the prepared form has no file {}", quote_json(index.main_file)));
  GLOWPLUG_TRY(create_file(work / kIndexFile, canonical_json(to_json(index))));
  GLOWPLUG_TRY(sync_tree(work));
  GLOWPLUG_TRY(swap_in(work, folder / place));
  remove_unfinished(forms);
  GLOWPLUG_TRY(sync_path(forms));
  return place;
}

Result<void> drop_prepared(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::remove_all(folder / "prepared", failed);
  if (failed) return system_error("remove " + (folder / "prepared").string(), failed.value());
  return {};
}

}  // namespace glowplug::bundle
