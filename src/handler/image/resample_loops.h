// The loops themselves, compiled once for each level of CPU by the two files that include this.
// Everything is in an unnamed namespace, so that no copy can take another's place at link time.
#include <algorithm>
#include <cstring>

#include "handler/image/resample_kernels.h"

namespace glowplug::handler::image {
namespace {

using FourBytes [[gnu::vector_size(4)]] = std::uint8_t;
using FourInts [[gnu::vector_size(16)]] = std::int32_t;

constexpr std::int32_t kHalf = 1 << (kPillowBits - 1);

inline std::uint8_t clipped(std::int32_t sum) {
  return static_cast<std::uint8_t>(std::clamp(sum >> kPillowBits, 0, 255));
}

template <int channels>
void across_narrow(const std::uint8_t* row, const Taps<std::int32_t>& taps, std::uint8_t* to) {
  for (std::size_t i = 0; i < taps.first.size(); ++i, to += channels) {
    const std::uint8_t* from = row + std::ptrdiff_t{channels} * taps.first[i];
    const std::int32_t* weights = taps.of(static_cast<int>(i));
    std::int32_t sums[channels];
    std::fill_n(sums, channels, kHalf);
    for (int j = 0; j < taps.count[i]; ++j) {
      for (int c = 0; c < channels; ++c) sums[c] += weights[j] * from[channels * j + c];
    }
    for (int c = 0; c < channels; ++c) to[c] = clipped(sums[c]);
  }
}

/// Three and four channels: a pixel is four numbers, of which the last may be the next pixel's.
template <int channels>
void across_wide(const std::uint8_t* row, const Taps<std::int32_t>& taps, std::uint8_t* to) {
  for (std::size_t i = 0; i < taps.first.size(); ++i, to += channels) {
    const std::uint8_t* from = row + std::ptrdiff_t{channels} * taps.first[i];
    const std::int32_t* weights = taps.of(static_cast<int>(i));
    const int count = taps.count[i];
    FourInts sums = {kHalf, kHalf, kHalf, kHalf};
    for (int j = 0; j < count; ++j) {
      FourBytes bytes;
      std::memcpy(&bytes, from + std::ptrdiff_t{channels} * j, 4);
      sums += __builtin_convertvector(bytes, FourInts) * weights[j];
    }
    for (int c = 0; c < channels; ++c) to[c] = clipped(sums[c]);
  }
}

void across(const std::uint8_t* row, int channels, const Taps<std::int32_t>& taps,
            std::uint8_t* to) {
  switch (channels) {
    case 1:
      return across_narrow<1>(row, taps, to);
    case 2:
      return across_narrow<2>(row, taps, to);
    case 3:
      return across_wide<3>(row, taps, to);
    default:
      return across_wide<4>(row, taps, to);
  }
}

/// A piece at a time, so that the sums stay in registers or the nearest cache.
void down(const std::uint8_t* const* rows, const std::int32_t* weights, int count,
          std::size_t bytes, std::uint8_t* to) {
  constexpr std::size_t kPiece = 64;
  for (std::size_t start = 0; start < bytes; start += kPiece) {
    const std::size_t length = std::min(kPiece, bytes - start);
    std::int32_t sums[kPiece];
    std::fill_n(sums, kPiece, kHalf);
    for (int j = 0; j < count; ++j) {
      const std::uint8_t* from = rows[j] + start;
      const std::int32_t weight = weights[j];
      if (length == kPiece) {
        for (std::size_t x = 0; x < kPiece; ++x) sums[x] += weight * from[x];
      } else {
        for (std::size_t x = 0; x < length; ++x) sums[x] += weight * from[x];
      }
    }
    for (std::size_t x = 0; x < length; ++x) to[start + x] = clipped(sums[x]);
  }
}

constexpr ResampleKernels kKernels = {across, down};

}  // namespace
}  // namespace glowplug::handler::image
