#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"
#include "optimize/generate_inputs.h"

namespace glowplug::optimize {

/// Values at which a model turns: thresholds of trees, offsets, categories. Inputs made of them
/// reach what random numbers would miss.
struct TurningPoints {
  std::vector<float> floats;
  std::vector<std::int64_t> integers;
  std::vector<std::string> texts;
  bool takes_gaps = false;     ///< an imputer or trees: NaN has a meaning
  bool compares_only = false;  ///< trees without products: huge numbers have a meaning
};
[[nodiscard]] TurningPoints turning_points(const onnx::Model& model);

/// What inputs for the comparison of two engines are like.
enum class ProbeKind : std::uint8_t {
  turning,   ///< at turning points, just beside them and between
  gaps,      ///< the same with NaN in one element of five
  extremes,  ///< the same with very large, infinite (trees) and negative zeros
};

/// `inputs` with other contents in all that are FP32, FP64, INT64, INT32 and BYTES; a pure function
/// of its arguments on every machine.
[[nodiscard]] Inputs probe_inputs(const Inputs& inputs, const TurningPoints& points,
                                  ProbeKind probe, std::uint64_t seed);

}  // namespace glowplug::optimize
