#pragma once
#include <string>
#include <vector>

#include "cli/declaration/declaration.h"

namespace glowplug::cli {

/// --json, --quiet, --color …: taken by every verb.
[[nodiscard]] std::vector<Flag> global_flags();
/// One flag for each row of model/function_settings.h. `from_environment`: also by GLOWPLUG_<KEY>.
[[nodiscard]] std::vector<Flag> function_setting_flags(bool from_environment);
/// Where the programs that run a model are found.
[[nodiscard]] std::vector<Flag> engine_flags();
/// What `serve` and `up` take for the process.
[[nodiscard]] std::vector<Flag> server_flags();

/// "idle_timeout" as a flag: "idle-timeout".
[[nodiscard]] std::string flag_of_key(std::string_view key);
/// "idle-timeout" as a key: "idle_timeout".
[[nodiscard]] std::string key_of_flag(std::string_view name);
/// "idle_timeout" as an environment variable: "GLOWPLUG_IDLE_TIMEOUT".
[[nodiscard]] std::string variable_of_key(std::string_view key);

}  // namespace glowplug::cli
