#pragma once
#include <cstdint>

namespace glowplug::engine::native {

/// What an operation does; the file that registers each in operations.cpp says which operands and
/// parameters it takes. Numbers are part of the plan's format: only append.
enum class Opcode : std::uint16_t {
  reshape = 0,
  transpose = 1,
  concat = 2,
  cast = 3,
  shape = 4,
  fill = 5,
  gather = 6,
  slice = 7,
  unary = 8,
  binary = 9,
  select = 10,
  softmax = 11,
  reduce = 12,
  arg_extreme = 13,
  gemm = 14,
  matmul = 15,
  convolution = 16,
  pool = 17,
  scaler = 18,
  normalizer = 19,
  imputer = 20,
  one_hot = 21,
  label_encoder = 22,
  linear_classes = 23,
  tree_scores = 24,
  tree_classes = 25,
  expand = 26,
};
inline constexpr std::uint16_t kOpcodeCount = 27;

}  // namespace glowplug::engine::native
