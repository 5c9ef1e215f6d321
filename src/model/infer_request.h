#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/tensor.h"

namespace glowplug {

/// A value of a request's `parameters` object.
using Parameter = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;
using Parameters = std::vector<std::pair<std::string, Parameter>>;

/// What a request asks of an instance.
enum class RequestKind : std::uint8_t {
  tensors,  ///< the model's own inputs
  event,    ///< something for the function's handler (model/event.h)
};
inline constexpr std::size_t kRequestKinds = 2;

/// How the caller wants one output.
struct RequestedOutput {
  std::size_t index = 0;            ///< in Signature::outputs
  bool binary = false;              ///< as bytes after the JSON, not inside it
  std::int64_t classification = 0;  ///< k > 0: the k best as "value:index[:label]"
};

/// One input of a request, checked against the signature. The bytes lie in `InferRequest::body` or
/// `decoded`.
struct InferInput {
  bool present = false;  ///< false only for optional inputs
  Shape shape;
  std::span<const std::byte> bytes;
};

/// One inference as every protocol's codec gives it and every back end takes it. Moves keep `bytes`
/// valid; not copied.
struct InferRequest {
  InferRequest() = default;
  InferRequest(InferRequest&&) = default;
  InferRequest& operator=(InferRequest&&) = default;

  RequestKind kind = RequestKind::tensors;
  std::string id;  ///< the caller's, echoed; may be empty
  Parameters parameters;
  std::vector<InferInput> inputs;        ///< in the order of Signature::inputs, one each
  std::vector<RequestedOutput> outputs;  ///< what is asked for, in the caller's order; never empty
  Duration timeout{0};                   ///< the caller's own limit, from arrival; 0: none given
  std::int64_t rows = 1;  ///< dimension 0 of the inputs where the model batches, else 1

  std::unique_ptr<std::string> body;            ///< owns what binary inputs point into; may be null
  std::vector<std::vector<std::byte>> decoded;  ///< owns what other inputs were decoded into
};

/// Time spent inside the instance for the batch this request was in.
struct RunTiming {
  nanoseconds input{0};   ///< request slot to engine values
  nanoseconds run{0};     ///< the engine's run
  nanoseconds output{0};  ///< engine values to reply slot
};

/// Where the time of one request went: the phases of Server-Timing, of /metrics and of the
/// statistics extension.
struct PhaseTiming {
  nanoseconds parse{0};  ///< reading body and tensors
  nanoseconds fetch{0};  ///< of inputs by reference; 0: there were none
  nanoseconds queue{0};  ///< waiting for an instance, without `start`
  nanoseconds start{
      0};  ///< of a cold start: from asking for an instance until it took the request; 0 when warm
  RunTiming instance;
  nanoseconds write{0};  ///< making the answer
  bool cold = false;     ///< an instance was started for this request
};

/// The answer: one tensor for each of `InferRequest::outputs`, in that order, holding this caller's
/// rows only.
struct InferResponse {
  std::vector<Tensor> outputs;
  PhaseTiming timing;
  std::int64_t batch_rows = 1;  ///< rows of the run that this request was part of
};

}  // namespace glowplug
