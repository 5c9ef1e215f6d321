#include "bundle/tree.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "base/file.h"
#include "base/json.h"
#include "bundle/bundle.h"
#include "bundle/bundle_path.h"
#include "bundle/copy.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kMostEntries = 100'000;

Error refuse(std::string message) { return Error{Code::invalid_argument, std::move(message), {}}; }

Result<TreeEntry> entry_of(const std::filesystem::path& path, std::string relative) {
  GLOWPLUG_TRY(check_bundle_path(relative));
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) return system_error(relative, errno);
  if (S_ISDIR(info.st_mode)) return TreeEntry{std::move(relative), true, 0};
  if (S_ISLNK(info.st_mode)) return refuse(relative + " is a link; expected a regular file");
  if (!S_ISREG(info.st_mode))
    return refuse(relative + " is a special file; expected a regular one");
  if (info.st_nlink != 1)
    return Error{Code::invalid_argument,
                 fmt::format("{} has {} names (hard links); expected one, so that nothing outside "
                             "of the bundle can change it",
                             relative, info.st_nlink),
                 "copy the bundle with cp -r and use the copy"};
  return TreeEntry{std::move(relative), false, static_cast<std::uint64_t>(info.st_size)};
}

Error unlisted(const TreeEntry& entry, const FileTable& files) {
  const auto other = std::ranges::find_if(
      files, [&](const auto& file) { return lower_case(file.first) == lower_case(entry.path); });
  std::string text = fmt::format("{} is not listed in the manifest", entry.path);
  if (other != files.end())
    text += fmt::format("; {} is, which differs in case alone", other->first);
  return refuse(std::move(text));
}

bool holds_listed(const std::string& folder, const FileTable& files) {
  const auto first = files.lower_bound(folder + "/");
  return first != files.end() && first->first.starts_with(folder + "/");
}

Result<void> check_listed(const TreeEntry& entry, const FileTable& files) {
  const auto listed = files.find(entry.path);
  if (entry.is_folder) {
    if (listed != files.end()) return refuse(entry.path + " is a folder; a file was expected");
    if (!holds_listed(entry.path, files))
      return refuse(entry.path + " is a folder that holds no file of the manifest");
    return {};
  }
  if (listed == files.end()) return unlisted(entry, files);
  if (listed->second.size_bytes != entry.size_bytes)
    return refuse(fmt::format("{} has {} bytes; the manifest says {}", entry.path, entry.size_bytes,
                              listed->second.size_bytes));
  return {};
}

Result<void> check_hash(const std::filesystem::path& root, const std::string& path,
                        const FileEntry& listed) {
  auto found = hash_regular_file(root / path);
  if (!found) return std::move(found).error().in(path);
  if (found->sha256 == listed.sha256 && found->size_bytes == listed.size_bytes) return {};
  return refuse(
      fmt::format("{} has sha256 {}; the manifest says {}", path, found->sha256, listed.sha256));
}

}  // namespace

Result<std::vector<TreeEntry>> list_tree(const std::filesystem::path& folder) {
  std::vector<TreeEntry> entries;
  std::error_code failed;
  std::filesystem::recursive_directory_iterator walk(folder, failed);
  if (failed) return system_error("open " + folder.string(), failed.value());
  for (const auto end = std::filesystem::end(walk); walk != end; walk.increment(failed)) {
    if (failed) break;
    if (entries.size() == kMostEntries)
      return refuse(fmt::format("more than {} files", kMostEntries));
    GLOWPLUG_ASSIGN(TreeEntry entry,
                    entry_of(walk->path(), walk->path().lexically_relative(folder).string()));
    entries.push_back(std::move(entry));
  }
  if (failed) return system_error("read " + folder.string(), failed.value());
  std::ranges::sort(entries, {}, &TreeEntry::path);
  return entries;
}

Result<void> verify_files(const std::filesystem::path& root, const std::vector<TreeEntry>& entries,
                          const FileTable& files, Checks checks) {
  for (const TreeEntry& entry : entries) GLOWPLUG_TRY(check_listed(entry, files));
  for (const auto& [path, listed] : files) {
    if (!std::ranges::binary_search(entries, path, {}, &TreeEntry::path))
      return Error{Code::not_found, path + " is listed in the manifest but is not there", {}};
  }
  if (checks == Checks::sizes) return {};
  for (const auto& [path, listed] : files) GLOWPLUG_TRY(check_hash(root, path, listed));
  return {};
}

}  // namespace glowplug::bundle
