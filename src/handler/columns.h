#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/tensor.h"

/// The tensors of an answer in the Open Inference Protocol, made of what was found for each item.
namespace glowplug::handler {

/// FP32 of `shape`; `values` are as many as it has elements.
[[nodiscard]] Tensor float_tensor(Shape shape, std::span<const double> values);
/// INT64[values].
[[nodiscard]] Tensor integer_tensor(std::span<const std::int64_t> values);
/// BOOL of `shape`.
[[nodiscard]] Tensor flag_tensor(Shape shape, const std::vector<bool>& values);
/// BYTES of `shape`.
[[nodiscard]] Tensor text_tensor(Shape shape, std::span<const std::string> values);

/// FP32[lists, values of each]; FP32[lists] if `flat`, where each has one. Errors:
/// invalid_argument, advice to send the items one by one, where the lists are not equally long.
[[nodiscard]] Result<Tensor> list_tensor(std::span<const std::vector<double>> lists, bool flat);
/// FP32[lists, the longest]: behind the end of a shorter one are zeros.
[[nodiscard]] Tensor padded_tensor(std::span<const std::vector<double>> lists);
/// What the model gave for items of one answer, one behind the other along dimension 0. Errors:
/// invalid_argument, with the advice, where their other dimensions differ or one has not one row.
[[nodiscard]] Result<Tensor> joined_tensor(std::span<const Tensor* const> parts);

}  // namespace glowplug::handler
