#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glowplug::cli {

/// One key of glowplug.yaml; the reader and the JSON Schema are made from these and the rows of
/// model/function_settings.h.
struct ProjectKey {
  std::string_view name;
  std::string_view meaning;
  bool later = false;  ///< taken, but only later versions act on it
};

/// Keys of the file itself, of `model` and of `function` beside its settings.
[[nodiscard]] std::span<const ProjectKey> root_keys();
[[nodiscard]] std::span<const ProjectKey> model_keys();
[[nodiscard]] std::span<const ProjectKey> later_function_keys();

/// Every key of `section` ("", "model" or "function"), for "did you mean".
[[nodiscard]] std::vector<std::string> keys_of(std::string_view section);

}  // namespace glowplug::cli
