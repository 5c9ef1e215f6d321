#pragma once
#include <bit>
#include <cstdint>

namespace glowplug::handler::image {

/// Bits of an IEEE 754 binary16. A type of its own, so that it is not taken for a number.
enum class Half : std::uint16_t {};

/// Rounds half to even; what is too large becomes infinite.
[[nodiscard]] inline Half half_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000U;
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) return Half{static_cast<std::uint16_t>(sign | 0x7e00U)};
  if (magnitude >= 0x477ff000U) return Half{static_cast<std::uint16_t>(sign | 0x7c00U)};
  if (magnitude < 0x38800000U) {
    // Below the normal numbers: adding 0.5 lets the FPU round at the bit that counts.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    return Half{
        static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) & 0x7ffU))};
  }
  const std::uint32_t odd = magnitude >> 13 & 1U;
  const std::uint32_t rounded = magnitude - 0x38000000U + 0xfffU + odd;
  return Half{static_cast<std::uint16_t>(sign | rounded >> 13)};
}

}  // namespace glowplug::handler::image
