#pragma once
#include "base/json.h"

namespace glowplug::cli {

/// JSON Schema (draft 2020-12) of glowplug.yaml, from the same rows that the reader uses.
[[nodiscard]] Json project_schema();

}  // namespace glowplug::cli
