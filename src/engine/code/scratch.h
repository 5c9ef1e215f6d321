#pragma once
#include <filesystem>

namespace glowplug::engine::code {

/// Removes everything in `folder`, which stays; follows no link. Whoever wrote it is this process's
/// own user. False if something could not be removed.
bool empty_folder(const std::filesystem::path& folder);

}  // namespace glowplug::engine::code
