#pragma once
#include <filesystem>

namespace glowplug {

/// Where ONNX Runtime's library is looked for: `given` if it is not empty, else
/// $GLOWPLUG_ORT_LIBRARY, else ../lib/glowplug/ beside the running program, else where the build
/// was told to find it. The file may not exist: opening it says so, with what to do.
[[nodiscard]] std::filesystem::path engine_library_path(const std::filesystem::path& given = {});
/// What runs Python handlers: $GLOWPLUG_PYTHON_LIBRARY, else ../lib/glowplug/ (installed) or
/// ../lib/ (built) beside the running program.
[[nodiscard]] std::filesystem::path python_library_path();
/// What decodes pictures, texts and sounds: $GLOWPLUG_MEDIA_LIBRARY, else as Python's.
[[nodiscard]] std::filesystem::path media_library_path();
/// glowplug-handler: `given`, else $GLOWPLUG_HANDLER, else beside the running program.
[[nodiscard]] std::filesystem::path handler_program_path(const std::filesystem::path& given = {});

}  // namespace glowplug
