// The program `glowplug`.
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/run.h"

int main(int count, char** words) {
  const auto environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  const std::vector<std::string> arguments(words + (count > 0 ? 1 : 0), words + count);
  return glowplug::cli::run(arguments, glowplug::cli::facts_of_this_process(), environment);
}
