#include "runtime/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "base/file.h"

namespace glowplug::runtime {
namespace {

/// struct landlock_ruleset_attr of ABI 6; Debian 12's header knows the first member only.
struct RulesetAttributes {
  std::uint64_t handled_access_fs;
  std::uint64_t handled_access_net;
  std::uint64_t scoped;
};

constexpr std::uint64_t kRead =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;

/// Those that make sense for what is not a folder; the kernel refuses the others there.
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;
constexpr std::uint64_t kOfFiles = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                   LANDLOCK_ACCESS_FS_WRITE_FILE | kTruncate;

/// Rights of files that each version of the interface knows, by number of bits.
std::uint64_t file_rights(long abi) {
  const int bits = abi >= 5 ? 16 : abi >= 3 ? 15 : abi == 2 ? 14 : 13;
  return (std::uint64_t{1} << bits) - 1;
}

RulesetAttributes attributes(long abi) {
  return {file_rights(abi), abi >= 4 ? 3U : 0U, abi >= 6 ? 3U : 0U};
}

std::size_t attributes_size(long abi) {
  return abi >= 6 ? sizeof(RulesetAttributes) : abi >= 4 ? 16U : 8U;
}

Result<void> allow(int ruleset, const std::filesystem::path& path, std::uint64_t rights) {
  const UniqueFd folder(::open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!folder) return {};  // not there, so there is nothing to allow
  struct stat status{};
  if (::fstat(folder.get(), &status) != 0) return system_error("landlock: " + path.string(), errno);
  landlock_path_beneath_attr rule{};
  rule.allowed_access = S_ISDIR(status.st_mode) ? rights : rights & kOfFiles;
  rule.parent_fd = folder.get();
  if (::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
    return system_error("landlock: allow " + path.string(), errno);
  return {};
}

}  // namespace

Result<Landlock> Landlock::create(const LandlockRules& rules) {
  const long abi =
      ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) return Error{Code::unimplemented, "this kernel has no landlock", {}};
  const RulesetAttributes wanted = attributes(abi);
  UniqueFd ruleset(
      static_cast<int>(::syscall(SYS_landlock_create_ruleset, &wanted, attributes_size(abi), 0)));
  if (!ruleset) return system_error("make a landlock ruleset", errno);
  for (const auto& path : rules.read) GLOWPLUG_TRY(allow(ruleset.get(), path, kRead));
  for (const auto& path : rules.write) GLOWPLUG_TRY(allow(ruleset.get(), path, file_rights(abi)));
  return Landlock(std::move(ruleset));
}

Result<void> Landlock::enter() const {
  if (::syscall(SYS_landlock_restrict_self, ruleset_.get(), 0) != 0)
    return system_error("enter landlock", errno);
  return {};
}

}  // namespace glowplug::runtime
