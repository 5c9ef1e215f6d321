#pragma once
#include <filesystem>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug::runtime {

/// What of the file system stays allowed; everything else, TCP and signals to processes outside are
/// denied.
struct LandlockRules {
  std::vector<std::filesystem::path> read;   ///< and run; those that do not exist are left out
  std::vector<std::filesystem::path> write;  ///< and read
};

/// landlock(7): a process takes rights to files from itself and from the children it forks later.
class Landlock {
 public:
  /// Errors: unimplemented (the kernel does not have it).
  [[nodiscard]] static Result<Landlock> create(const LandlockRules& rules);
  /// From now on for this thread. Needs no-new-privileges. May be called in a forked child.
  [[nodiscard]] Result<void> enter() const;

 private:
  explicit Landlock(UniqueFd ruleset) : ruleset_(std::move(ruleset)) {}
  UniqueFd ruleset_;
};

}  // namespace glowplug::runtime
