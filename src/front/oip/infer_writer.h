#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/infer_request.h"
#include "model/signature.h"

namespace glowplug::front::oip {

/// Bytes that follow a body, kept alive by their owner.
struct BodyPiece {
  std::string_view bytes;
  std::shared_ptr<const void> owner;
};

/// The answer to an inference: headers, and a body in parts: `body`, then `pieces` in order.
struct InferAnswer {
  std::string body;               ///< the JSON part and small binary tensors
  std::vector<BodyPiece> pieces;  ///< large binary tensors, not copied
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Which model answers.
struct ModelName {
  std::string_view name;
  std::string_view version;
};

/// Writes the answer to `request`. `response.outputs` are in the order of `request.outputs`;
/// `signature` names them and has the labels for classification.
///
/// Binary outputs stand behind the JSON, in order, each with `binary_data_size`; with at least one
/// that is not empty the type is application/octet-stream and Inference-Header-Content-Length says
/// how long the JSON is, else the type is application/json and that header is absent. JSON data are
/// flat arrays; floats in the shortest form that reads back the same, with a point or an exponent;
/// `NaN`, `Infinity`, `-Infinity` as these tokens.
///
/// Errors: invalid_argument, with advice to ask for binary data, for a JSON output of FP16 or BF16
/// or for BYTES that are not UTF-8, and where an output cannot be classified; internal (the model
/// gave something that does not fit the signature).
[[nodiscard]] Result<InferAnswer> write_infer(const InferRequest& request, InferResponse response,
                                              const Signature& signature, ModelName model);

}  // namespace glowplug::front::oip
