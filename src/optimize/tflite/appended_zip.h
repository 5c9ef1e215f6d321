#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"

namespace glowplug::optimize::tflite {

/// The file `name` of the zip at the end of `file`. Errors: invalid_argument (no zip there,
/// broken), not_found, too_large (more than `limit` bytes when unpacked).
[[nodiscard]] Result<std::string> file_in_zip(std::span<const std::byte> file,
                                              const std::string& name, std::size_t limit);

}  // namespace glowplug::optimize::tflite
