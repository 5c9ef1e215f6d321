#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "engine/engine.h"

namespace glowplug::runtime {

/// Opens an engine by its name in a manifest ("onnxruntime") from the library at a path.
using OpenEngine = std::function<Result<std::unique_ptr<engine::Engine>>(
    std::string_view name, const std::filesystem::path& library)>;

/// The engines of this program. Errors: unimplemented (no such engine here, naming those that are),
/// and those of opening the library.
[[nodiscard]] Result<std::unique_ptr<engine::Engine>> open_engine(
    std::string_view name, const std::filesystem::path& library);

}  // namespace glowplug::runtime
