#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace glowplug::cli {

/// The name of a function or bundle: `given` if there is one, else the file's name without its
/// ending, with what names do not have turned into "-". Errors: invalid_argument (check_name).
[[nodiscard]] Result<std::string> model_name(const std::optional<std::string>& given,
                                             const std::filesystem::path& model);

/// Errors: not_found, invalid_argument (a folder) before anything slow begins.
[[nodiscard]] Result<void> check_model_file(const std::filesystem::path& model);

}  // namespace glowplug::cli
