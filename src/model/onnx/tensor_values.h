#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"

namespace glowplug::onnx {

/// The values of an INT64 or INT32 tensor kept in the model itself. Errors: unimplemented (another
/// type, or in another file), invalid_argument (bytes and dims disagree).
[[nodiscard]] Result<std::vector<std::int64_t>> integer_values(const TensorProto& tensor);
/// The values of a STRING tensor. Errors: as above.
[[nodiscard]] Result<std::vector<std::string>> string_values(const TensorProto& tensor);

}  // namespace glowplug::onnx
