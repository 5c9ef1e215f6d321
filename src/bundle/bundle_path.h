#pragma once
#include <string>
#include <string_view>

#include "base/result.h"

namespace glowplug::bundle {

/// A path of a file inside a bundle: "model/model.onnx". Relative, "/" between parts, no empty, "."
/// or ".." part, printable ASCII without backslash, parts of at most 255 and in all at most 1024
/// characters, at most 16 parts.
/// Errors: invalid_argument naming the path and the rule.
[[nodiscard]] Result<void> check_bundle_path(std::string_view path);
/// For names that must stay apart on file systems that ignore case.
[[nodiscard]] std::string lower_case(std::string_view path);

}  // namespace glowplug::bundle
