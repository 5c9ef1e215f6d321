#include "runtime/template_paths.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>

#include "base/file.h"

namespace glowplug::runtime {
namespace {

/// `path` as seen from `folder` if it lies in it, else `path` itself.
std::filesystem::path seen_from(const std::filesystem::path& folder,
                                const std::filesystem::path& path) {
  if (path.empty()) return {};
  const auto relative = path.lexically_normal().lexically_relative(folder.lexically_normal());
  const bool inside = !relative.empty() && *relative.begin() != "..";
  return inside ? relative : path;
}

Result<UniqueFd> open_folder_for(const std::string& path, std::uint32_t owner) {
  UniqueFd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return system_error("open the folder " + path, errno);
  if (owner != 0 && ::fchown(folder.get(), owner, owner) != 0)
    return system_error(fmt::format("give the folder {} to user {}", path, owner), errno);
  return folder;
}

}  // namespace

Result<TemplatePaths> enter_bundle(const instances::TemplateSpec& spec) {
  const std::filesystem::path folder = spec.bundle.empty()
                                           ? std::filesystem::path(spec.model).parent_path()
                                           : std::filesystem::path(spec.bundle);
  TemplatePaths paths;
  if (spec.prepare_only) {
    GLOWPLUG_ASSIGN(paths.prepare_folder, open_folder_for(spec.prepare_into, spec.run_as));
    paths.prepare_into = fmt::format("/proc/self/fd/{}", paths.prepare_folder.get());
  }
  if (!folder.empty() && ::chdir(folder.c_str()) != 0)
    return system_error("enter the bundle " + folder.string(), errno);
  paths.model = seen_from(folder, spec.model);
  paths.portable_model = seen_from(folder, spec.portable_model);
  return paths;
}

bool bring_bundle_within_reach() {
  // In the Filesystem Hierarchy Standard, and nothing that an engine reads lies there.
  constexpr const char* kPlace = "/mnt";
  if (::unshare(CLONE_NEWNS) != 0) return false;
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  if (::mount(".", kPlace, nullptr, MS_BIND, nullptr) != 0) return false;
  return ::chdir(kPlace) == 0;
}

Result<void> check_readable(const std::filesystem::path& file) {
  if (::access(file.c_str(), R_OK) == 0) return {};
  Error error = system_error("read " + file.string(), errno);
  if (error.code != Code::permission_denied) return error;
  return std::move(error).with_fix(
      fmt::format("let user {} read the bundle: chmod -R go+rX FOLDER", ::geteuid()));
}

}  // namespace glowplug::runtime
