#pragma once
#include <cstddef>
#include <cstdint>

#include "handler/image/filter.h"

namespace glowplug::handler::image {

/// Inner loops of Pillow's resize. Both round and clip as Pillow does after each pass, with the
/// same result on every CPU.
struct ResampleKernels {
  /// One row of the input, of 1 to 4 channels, to one row of `taps.first.size()` pixels. May read 3
  /// bytes behind the row.
  void (*across)(const std::uint8_t* row, int channels, const Taps<std::int32_t>& taps,
                 std::uint8_t* to);
  /// to[x] of `bytes` bytes from weights[j] * rows[j][x], j < count.
  void (*down)(const std::uint8_t* const* rows, const std::int32_t* weights, int count,
               std::size_t bytes, std::uint8_t* to);
};

/// The fastest for the CPU that runs the program.
[[nodiscard]] const ResampleKernels& resample_kernels();

[[nodiscard]] const ResampleKernels& baseline_resample_kernels();
/// Only to be called on CPUs with AVX2; nullptr where the program is not built for x86-64.
[[nodiscard]] const ResampleKernels* avx2_resample_kernels();

}  // namespace glowplug::handler::image
