#pragma once
#include <optional>
#include <string>
#include <vector>

#include "runtime/landlock.h"
#include "runtime/syscall_filter.h"

namespace glowplug::runtime {

/// What an instance wears: no new privileges and a short list of system calls, none of which names
/// a file; where the kernel has no such lists, landlock takes the files. Made once in the template,
/// whose own landlock its children have in any case; what this machine does not have is named in
/// `missing`.
class Sandbox {
 public:
  [[nodiscard]] static Sandbox create(std::vector<std::string>& missing);
  /// For code of the user's own: it may read `rules.read` besides and write its scratch folder.
  [[nodiscard]] static Sandbox create_for_code(LandlockRules rules,
                                               std::vector<std::string>& missing);
  /// No sandbox at all.
  Sandbox() = default;

  /// In the instance, while it may still open and close: takes the file system away. False if it
  /// should have and could not.
  /// `scratch`: the folder that code of the user's own may write to.
  [[nodiscard]] bool take_files(const std::filesystem::path& scratch = {}) const;
  /// In the instance, last: from now on the short list.
  [[nodiscard]] bool take_system_calls() const;

 private:
  std::optional<Landlock> landlock_;
  std::optional<LandlockRules> code_rules_;  // made into a ruleset in each instance: the scratch
                                             // folder and /proc/self are its own
  std::optional<SyscallFilter> filter_;
};

}  // namespace glowplug::runtime
