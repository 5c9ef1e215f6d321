#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/tensor.h"

namespace glowplug::handler {

enum class Activation { none, softmax, sigmoid };
/// "none", "softmax" or "sigmoid".
[[nodiscard]] Activation activation_named(std::string_view name);

/// All elements as doubles; integers and half floats, too. Errors: internal (BYTES, or bytes that
/// do not fit the shape).
[[nodiscard]] Result<std::vector<double>> numbers_in(const Tensor& tensor);
/// In double precision, in place. Softmax over all of `values`, minus their maximum first.
void activate(Activation activation, std::span<double> values);
/// Indexes of the `count` largest, the largest first, equal ones by index; NaN last.
[[nodiscard]] std::vector<std::size_t> largest(std::span<const double> values, std::size_t count);

}  // namespace glowplug::handler
