#pragma once
#include <cstddef>
#include <span>

#include "base/result.h"
#include "model/onnx/onnx_model.h"

/// Readers of single messages, for read_model.
namespace glowplug::onnx {

[[nodiscard]] Result<TensorProto> parse_tensor(std::span<const std::byte> message);
/// SparseTensorProto: appends its values and its indices, two tensors.
[[nodiscard]] Result<void> parse_sparse_tensor(std::span<const std::byte> message,
                                               std::vector<TensorProto>& to);
[[nodiscard]] Result<ValueInfo> parse_value_info(std::span<const std::byte> message);

}  // namespace glowplug::onnx
