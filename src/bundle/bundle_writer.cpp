#include "bundle/bundle_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "bundle/bundle_path.h"
#include "bundle/copy.h"
#include "bundle/name.h"

namespace glowplug::bundle {
namespace {

bool is_there(const std::filesystem::path& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

/// A folder with a manifest of any schema, whole or not: it may be replaced.
bool looks_like_bundle(const std::filesystem::path& folder) {
  const auto text = read_file(folder / kManifestFile);
  if (!text) return false;
  const auto json = parse_json(*text);
  return json && json->is_object() && json->contains("schema") && json->contains("files");
}

Result<void> check_target(const std::filesystem::path& target, BundleWriter::Existing existing) {
  if (!is_there(target)) return {};
  if (existing == BundleWriter::Existing::refuse)
    return Error{Code::already_exists, target.string() + " is there already", {}};
  if (std::filesystem::is_symlink(target) || !looks_like_bundle(target))
    return Error{Code::already_exists, target.string() + " is not a bundle and is not overwritten",
                 "choose another place, or remove it"};
  return {};
}

/// "iris.glow/" and "iris.glow" are the same; "." is nothing to rename over.
Result<std::filesystem::path> target_path(const std::filesystem::path& given) {
  std::filesystem::path target = given.lexically_normal();
  if (!target.has_filename()) target = target.parent_path();
  const std::string name = target.filename().string();
  if (name.empty() || name == "." || name == "..")
    return Error{
        Code::invalid_argument,
        fmt::format("\"{}\" is no place for a bundle; expected a folder's name", given.string()),
        {}};
  return target;
}

std::filesystem::path parent_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : ".";
}

/// Puts `work` where `target` is. Where the file system can swap the two, `work` holds what was
/// there afterwards.
Result<void> put_in_place(const std::filesystem::path& work, const std::filesystem::path& target) {
  if (!is_there(target)) {
    if (::rename(work.c_str(), target.c_str()) == 0) return {};
    return system_error("rename to " + target.string(), errno);
  }
  if (::renameat2(AT_FDCWD, work.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) == 0)
    return {};
  if (errno != EINVAL && errno != ENOSYS)
    return system_error("rename to " + target.string(), errno);
  // Without a swap there is a moment with no bundle at `target`, never one with half of it.
  const std::filesystem::path old = work.string() + ".old";
  if (::rename(target.c_str(), old.c_str()) != 0 || ::rename(work.c_str(), target.c_str()) != 0)
    return system_error("rename to " + target.string(), errno);
  std::error_code ignored;  // the new bundle is there; what is left of the old one is only waste
  std::filesystem::remove_all(old, ignored);
  return {};
}

}  // namespace

Result<BundleWriter> BundleWriter::create(const std::filesystem::path& target, Existing existing) {
  GLOWPLUG_ASSIGN(std::filesystem::path place, target_path(target));
  GLOWPLUG_TRY(check_target(place, existing));
  GLOWPLUG_ASSIGN(TemporaryFolder work, TemporaryFolder::create(parent_of(place)));
  // A handler's sample is answered before it is published, by a process of another user.
  if (::chmod(work.path().c_str(), 0755) != 0)
    return system_error("chmod " + work.path().string(), errno);
  return BundleWriter(std::move(place), existing, std::move(work));
}

Result<std::filesystem::path> BundleWriter::place_for(std::string_view path) {
  GLOWPLUG_TRY(check_bundle_path(path));
  if (files_.contains(std::string(path)))
    return Error{Code::invalid_argument, fmt::format("{} is in the bundle already", path), {}};
  const std::filesystem::path relative(path);
  GLOWPLUG_TRY(make_folders(folder(), relative.parent_path()));
  return folder() / relative;
}

Result<void> BundleWriter::add_file(std::string_view path, const std::filesystem::path& from) {
  GLOWPLUG_ASSIGN(const auto place, place_for(path));
  GLOWPLUG_ASSIGN(files_[std::string(path)], copy_regular_file(from, place));
  return {};
}

Result<void> BundleWriter::add_bytes(std::string_view path, std::string_view bytes) {
  GLOWPLUG_ASSIGN(const auto place, place_for(path));
  GLOWPLUG_ASSIGN(files_[std::string(path)], create_file(place, bytes));
  return {};
}

Result<void> BundleWriter::add_sample(std::string_view name, const Sample& sample) {
  GLOWPLUG_TRY(check_name("sample name", name));
  return add_bytes(fmt::format("samples/{}.json", name), canonical_json(to_json(sample)));
}

Result<std::string> BundleWriter::seal(Manifest manifest) {
  manifest.files = files_;
  const std::string text = manifest_text(manifest);
  GLOWPLUG_TRY(parse_manifest(text));
  GLOWPLUG_TRY(create_file(folder() / kManifestFile, text));
  return digest_of(manifest);
}

Result<Bundle> BundleWriter::publish() {
  GLOWPLUG_TRY(check_target(target_, existing_));
  GLOWPLUG_TRY(sync_tree(folder()));
  GLOWPLUG_TRY(put_in_place(folder(), target_));
  GLOWPLUG_TRY(sync_path(parent_of(target_)));
  return Bundle::open(target_, Checks::sizes);
}

}  // namespace glowplug::bundle
