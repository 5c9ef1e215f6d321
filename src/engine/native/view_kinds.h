#pragma once
#include <cstdint>

namespace glowplug::engine::native {

/// Parameter 0 of Opcode::reshape: where the new dimensions come from.
enum class ReshapeKind : std::int64_t {
  same,       ///< those of the input
  given,      ///< input 1: 0 takes the input's (unless parameter 1 is 1), -1 what is left
  flatten,    ///< two: before parameter 1 and from it on
  squeeze,    ///< without those of the other parameters; without any: all that are 1
  unsqueeze,  ///< with a 1 at each of the other parameters
};
inline constexpr std::int64_t kReshapeKindCount = 5;

}  // namespace glowplug::engine::native
