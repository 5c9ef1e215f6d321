#pragma once
#include <cstdint>

namespace glowplug::engine::native {

/// Parameter 0 of Opcode::unary; more parameters are `a` and `b`. Part of the plan's format: only
/// append.
enum class Unary : std::int64_t {
  negate,
  absolute,
  exponential,
  logarithm,
  square_root,
  reciprocal,
  floor,
  ceiling,
  relu,
  tanh,
  sigmoid,
  leaky_relu,    ///< a x below 0
  elu,           ///< a (e^x - 1) below 0
  hard_sigmoid,  ///< a x + b between 0 and 1
  clip,          ///< between a and b
  softplus,
  error_function,
  sign,
  logical_not,
  is_nan,
  softsign,
};
inline constexpr std::int64_t kUnaryCount = 21;

/// Parameter 0 of Opcode::binary.
enum class Binary : std::int64_t {
  add,
  subtract,
  multiply,
  divide,
  power,
  minimum,
  maximum,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  equal,
  logical_and,
  logical_or,
  logical_xor,
  prelu,  ///< x y below 0
};
inline constexpr std::int64_t kBinaryCount = 16;

/// Parameter 0 of Opcode::reduce.
enum class Reduction : std::int64_t {
  sum,
  mean,
  product,
  maximum,
  minimum,
  sum_of_squares,
  euclidean,
  absolute_sum,
  log_sum_exp,
  log_sum,
};
inline constexpr std::int64_t kReductionCount = 10;

}  // namespace glowplug::engine::native
