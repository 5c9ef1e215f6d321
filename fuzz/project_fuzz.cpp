// glowplug.yaml: any text is a project or a failure with a place.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "cli/project/project_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto project = glowplug::cli::parse_project(
      text, "glowplug.yaml",
      [](std::string_view) -> std::optional<std::string> { return "value"; });
  if (!project && project.error().where.empty()) std::abort();
  return 0;
}
