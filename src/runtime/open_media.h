#pragma once
#include <filesystem>

#include "base/json.h"
#include "base/result.h"
#include "handler/media_input.h"

namespace glowplug::runtime {

/// Opens libglowplug-media.so, for good. Errors: unavailable (not there, or of another build than
/// this program), with what to do.
[[nodiscard]] Result<handler::MakeMediaInput> open_media(const std::filesystem::path& library);
/// That where it is installed, for a handler's spec that needs_media; empty for every other. Before
/// the sandbox, which leaves no such file to read.
[[nodiscard]] Result<handler::MakeMediaInput> open_media_for(const Json& spec);

}  // namespace glowplug::runtime
