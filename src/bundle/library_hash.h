#pragma once
#include <filesystem>
#include <string>

#include "base/result.h"

namespace glowplug::bundle {

/// sha256 of an engine's library. Hashing 24 MB takes 15 to 60 ms, so the result is kept in
/// `cache_file` (JSON; empty: nowhere) with the file's device, inode, size and times of change, and
/// believed while all of them stay the same. A cache that cannot be read or written is passed over.
/// Errors: those of reading the library.
[[nodiscard]] Result<std::string> library_sha256(const std::filesystem::path& library,
                                                 const std::filesystem::path& cache_file = {});

}  // namespace glowplug::bundle
