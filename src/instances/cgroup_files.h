#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// The files of cgroups(7) and the names that we give to our groups.
namespace glowplug::instances {

/// Makes and removes groups. A test gives one that imitates the kernel in a plain folder.
class CgroupTree {
 public:
  virtual ~CgroupTree() = default;
  /// Makes a folder, in which the kernel makes the control files. One that is there is fine.
  [[nodiscard]] virtual Result<void> make(const std::filesystem::path& folder);
  /// Kills what is inside and removes the folder. A killed process leaves its group some ms later,
  /// so this may block for that long.
  virtual void remove(const std::filesystem::path& folder);
};

/// Writes a value into a file of the kernel's, which must exist. Errors: those of open and write,
/// with file and value.
[[nodiscard]] Result<void> write_control_file(const std::filesystem::path& file,
                                              std::string_view value);
/// Whether a file of words between spaces has this one.
[[nodiscard]] bool lists(const std::filesystem::path& file, std::string_view word);
/// The number after `key` in a file of "key number" lines; 0 if it is not there.
[[nodiscard]] std::uint64_t counter_in(const std::filesystem::path& file, std::string_view key);
/// The processes of a group.
[[nodiscard]] std::vector<pid_t> processes_in(const std::filesystem::path& group);
/// The path of this process's group, from a file like /proc/self/cgroup with lines
/// "number:controllers:path": of a v1 controller, or of v2, whose controllers are "".
[[nodiscard]] std::optional<std::string> own_group(const std::filesystem::path& file,
                                                   std::string_view controller);

/// "glowplug-PID-STARTTIME" of this process: a number used again by the kernel differs in its start
/// (field 22 of /proc/PID/stat).
[[nodiscard]] std::string gateway_folder_name(const std::filesystem::path& proc);
[[nodiscard]] bool is_gateway_folder(std::string_view name);
/// Whether the process in the name still lives.
[[nodiscard]] bool owner_lives(std::string_view name, const std::filesystem::path& proc);
/// `name` with everything but letters, digits, '-' and '_' replaced by '_', at most 100 bytes.
[[nodiscard]] std::string group_name(std::string_view name);

}  // namespace glowplug::instances
