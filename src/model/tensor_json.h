#pragma once
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/tensor.h"

namespace glowplug {

/// A tensor with the name of the input or output it is for.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// One tensor as the Open Inference Protocol writes it (inference_rest.md, "Request Input"):
/// {"name","datatype","shape","data"}, `data` flat in row-major order; BOOL as true and false,
/// BYTES as strings. Files and the command line only: front/oip does the wire. Where plain JSON
/// cannot hold the values exactly (FP16, BF16, a NaN or infinity, BYTES that are not UTF-8)
/// "base64" with the tensor's bytes stands instead of "data". FP32 is written with the fewest
/// digits that read back as the same float. `tensor` is valid (check_tensor).
[[nodiscard]] Json to_json(const NamedTensor& tensor);
/// Reads what to_json writes. Strict: unknown keys, nested `data`, a wrong number of values, a
/// value of another kind or out of the datatype's range are refused. Errors: invalid_argument
/// naming the tensor, the key and the value's position.
[[nodiscard]] Result<NamedTensor> named_tensor_from_json(const Json& json);

[[nodiscard]] Json to_json(const std::vector<NamedTensor>& tensors);
/// Errors: as above; invalid_argument when `json` is no array or a name stands twice.
[[nodiscard]] Result<std::vector<NamedTensor>> named_tensors_from_json(const Json& json);

}  // namespace glowplug
