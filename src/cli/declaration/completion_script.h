#pragma once
#include <string>
#include <string_view>

namespace glowplug::cli {

/// The script of "bash", "zsh" or "fish". It knows no verb and no flag: it asks
/// `glowplug __complete WORDS…` and shows what comes back.
[[nodiscard]] std::string completion_script(std::string_view shell);

}  // namespace glowplug::cli
