#pragma once
#include <cstddef>
#include <span>

#include "base/result.h"
#include "handler/image/image.h"

namespace glowplug::handler::image {

/// Fills `indices` (one channel, rows as they lie in the file) from run lengths of 8 or 4 bits, as
/// Pillow's BmpRleDecoder does; pixels that are skipped are 0. Errors: invalid_argument
/// (truncated).
[[nodiscard]] Result<void> read_run_lengths(std::span<const std::byte> data, bool four_bits,
                                            Image& indices);

}  // namespace glowplug::handler::image
