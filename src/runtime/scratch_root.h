#pragma once
#include <cstdint>
#include <filesystem>

#include "base/fd.h"
#include "base/result.h"

namespace glowplug::runtime {

/// Where instances of one template have their scratch folders.
struct ScratchRoot {
  std::filesystem::path path;
  bool limited = false;  ///< a file system in memory of its own, which ends with its processes
  UniqueFd lock;         ///< else: says that the folder is in use
};

/// Makes it while this process may still mount, for the user `owner` (0: this one). Where it may
/// not, it is a folder in $TMPDIR or /tmp, and those that ended processes left there are removed.
/// `most_bytes`: of all files together, where they can be counted.
[[nodiscard]] Result<ScratchRoot> make_scratch_root(std::uint32_t owner, std::uint64_t most_bytes);

}  // namespace glowplug::runtime
