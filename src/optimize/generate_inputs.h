#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"
#include "model/signature.h"
#include "optimize/rows.h"

namespace glowplug::optimize {

/// What the values of generated inputs are like. Floating-point values are multiples of 1/16 or 1/8
/// that every float datatype holds exactly, so inputs are the same on every machine and short in
/// JSON.
enum class Values {
  unit,  ///< [0, 1); integers 0 and 1; words; optional inputs left out
  zero,  ///< 0, false, "": optional inputs left out
  wide,  ///< [-8, 8); integers 0 to 9; words that are not ASCII; optional inputs given
};

/// The names that the file gives to dimensions of -1, by input; "" where it gives none.
using DimensionNames = std::map<std::string, std::vector<std::string>, std::less<>>;
[[nodiscard]] DimensionNames dimension_names(const onnx::Model& model);

/// What dimensions of -1 become.
struct FreeDimensions {
  std::int64_t rows = 1;   ///< dimension 0, and others of the same name
  std::int64_t other = 8;  ///< all else
  /// The first open dimension counts rows even if it is not dimension 0: the state of a recurrent
  /// network is [layers, rows, width].
  bool inner_rows = false;
};

/// Inputs for one run, a pure function of its arguments on every machine.
/// Errors: invalid_argument (more than 2^26 elements: too large to be made up).
[[nodiscard]] Result<Inputs> generate_inputs(const Signature& signature,
                                             const DimensionNames& names, Values values,
                                             const FreeDimensions& free, std::uint64_t seed);

}  // namespace glowplug::optimize
