#pragma once
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace glowplug::cli {

/// A YAML or JSON document as JSON: plain scalars by YAML's core schema (null, true, false, whole
/// and real numbers), quoted ones as texts. Errors: invalid_argument with line and column (not
/// YAML, a key that is no text or stands twice, more than 64 levels, more than 100,000 values: an
/// anchor used again and again).
[[nodiscard]] Result<Json> json_of_yaml(std::string_view text, const std::string& file_name);

}  // namespace glowplug::cli
