#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/infer_request.h"
#include "model/signature.h"

namespace glowplug::front::oip {

/// What one inference request may hold; beyond a size the error is too_large and names the limit.
struct InferLimits {
  std::size_t max_json_bytes = std::size_t{64} << 20;  ///< the JSON part of a body
  std::size_t max_elements = std::size_t{1} << 26;     ///< of one input
  std::size_t max_depth = 100;  ///< arrays and objects inside each other; invalid_argument beyond
};

/// The value of the header `Inference-Header-Content-Length`: the bytes of the JSON part before
/// decompression. Errors: invalid_argument.
[[nodiscard]] Result<std::size_t> read_header_length(std::string_view value);

/// Reads the body of `POST /v2/models/{m}/infer` (Open Inference Protocol, with the binary tensor
/// data, classification and parameters extensions as Triton has them).
///
/// `json_length`: value of Inference-Header-Content-Length. Absent: the whole body is JSON. 0: a
/// raw request, the whole body is the bytes of the only input and all outputs are answered binary;
/// its one free dimension is computed, dimension 0 is 1 where the model batches; a BYTES input of
/// one element takes the body as that element, without a length before it.
/// Else: so many bytes of JSON, then the binary inputs in the order of `inputs`.
///
/// JSON tensors: flat or nested arrays in row-major order whose number of elements fits the shape;
/// kinds and ranges are strict (no 1.0 for an integer, nothing wraps, nothing becomes infinite);
/// `NaN`, `Infinity` and `-Infinity` are read as such tokens. FP16 and BF16 have no JSON form.
/// Unknown keys are ignored, known ones must not stand twice. All JSON is UTF-8.
///
/// `rows` of the result is dimension 0 of the inputs if `signature.max_batch` > 0, else 1. Binary
/// inputs point into the body, which the result owns; others were decoded into it. `parameters`
/// holds what the model may want; the reserved ones are taken out: `timeout` (microseconds) becomes
/// InferRequest::timeout, `priority` is checked and has no effect, `binary_data_output` is the
/// default of the outputs.
///
/// A body with capacity() >= size() + 64 is not copied. Pure: no state, any thread.
///
/// Errors: invalid_argument, naming the input and the element, and the signature where the request
/// does not fit it; too_large; unimplemented (shared memory, sequences).
[[nodiscard]] Result<InferRequest> read_infer(std::unique_ptr<std::string> body,
                                              std::optional<std::size_t> json_length,
                                              const Signature& signature,
                                              const InferLimits& limits = {});

/// Whether a request has one input, BYTES of this name. What cannot be read has not; `read_infer`
/// says why. `body` may be given room for what read_infer wants behind it.
[[nodiscard]] bool has_only_bytes(std::string& body, std::optional<std::size_t> json_length,
                                  std::string_view name, const InferLimits& limits = {});

}  // namespace glowplug::front::oip
