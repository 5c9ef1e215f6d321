#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/tensor.h"

namespace glowplug {

/// One input or output of a model.
struct TensorSpec {
  std::string name;
  Datatype datatype = Datatype::fp32;
  Shape shape;            ///< -1: any; an empty shape is a scalar
  bool optional = false;  ///< an input that may be left out
  std::vector<std::string>
      labels;  ///< outputs only: class names in order of the last dimension; may be empty
};

/// What a model takes and gives.
struct Signature {
  std::vector<TensorSpec> inputs;
  std::vector<TensorSpec> outputs;
  /// Rows (dimension 0) of different requests may run together up to this many; 0: never. Found out
  /// at export, not believed.
  std::int64_t max_batch = 0;

  [[nodiscard]] std::optional<std::size_t> input_named(std::string_view name) const;
  [[nodiscard]] std::optional<std::size_t> output_named(std::string_view name) const;
  /// One line for error texts: "features FP32[-1,4] -> label INT64[-1], probabilities FP32[-1,3]".
  [[nodiscard]] std::string describe() const;
};

/// Errors: invalid_argument naming input, what was sent and what was expected, unless datatype and
/// shape fit the spec.
[[nodiscard]] Result<void> check_against(const TensorSpec& spec, Datatype datatype,
                                         std::span<const std::int64_t> shape);

[[nodiscard]] Json to_json(const Signature& signature);
/// Errors: invalid_argument naming the key.
[[nodiscard]] Result<Signature> signature_from_json(const Json& json);

}  // namespace glowplug
