#pragma once
#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace glowplug::optimize::code {

/// The interpreter whose packages fit libpython3.11: Debian's own.
inline constexpr const char* kPythonProgram = "/usr/bin/python3.11";

/// Resolves a requirements.txt into `into` (a folder that is there): first a lock with the sha256
/// of every file, then exactly those, binary wheels only, nothing of any package being run. Returns
/// the lock's text, a requirements file: "name==1.2 --hash=sha256:…", sorted. Where pip looks is
/// pip's own setting. Errors: unavailable (pip is not there, with the fix), invalid_argument (with
/// pip's text), deadline_exceeded.
[[nodiscard]] Result<std::string> install_packages(const std::filesystem::path& requirements,
                                                   const std::filesystem::path& into,
                                                   Duration limit);

/// Compiles every .py below `folder` to a .pyc that is used without a look at its source, so that
/// it holds no time. Files that are not Python 3.11 stay without one.
[[nodiscard]] Result<void> compile_modules(const std::filesystem::path& folder, Duration limit);

}  // namespace glowplug::optimize::code
