#pragma once
#include <filesystem>
#include <memory>

#include "base/result.h"
#include "engine/engine.h"

namespace glowplug::engine {

/// Opens ONNX Runtime's shared library (dlopen, RTLD_NOW | RTLD_LOCAL) and makes its environment:
/// about 15 ms, no thread, no file but the library itself. Tested with 1.28.0; needs API version 21
/// (1.21) or later. Sets ORT_DISABLE_TELEMETRY=1 in the environment of this process first.
///
/// Fork: a process that opened models with `threads` = 1 may fork; the child may run the inherited
/// sessions, must not destroy them or the engine, and leaves by _exit.
/// Errors: unavailable (no such library, or not ONNX Runtime), with what to do in `fix`.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_onnxruntime(
    const std::filesystem::path& library);

}  // namespace glowplug::engine
