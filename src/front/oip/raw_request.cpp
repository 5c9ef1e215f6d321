#include "front/oip/raw_request.h"

#include <fmt/format.h>

#include <algorithm>

#include "front/oip/request_outputs.h"

namespace glowplug::front::oip {
namespace {

/// The shape with its one free dimension computed from the number of bytes.
Result<Shape> shape_for(const TensorSpec& spec, bool batches, std::size_t bytes) {
  Shape shape = spec.shape;
  if (batches && !shape.empty() && shape[0] < 0) shape[0] = 1;
  const auto free = std::find(shape.begin(), shape.end(), -1);
  if (free == shape.end()) return shape;
  if (std::count(shape.begin(), shape.end(), -1) > 1)
    return invalid_argument(
        fmt::format("a raw request needs an input with at most one free dimension, \"{}\" "
                    "is {}; send the shape as JSON",
                    spec.name, to_string(spec.shape)));
  *free = 1;
  GLOWPLUG_ASSIGN(const std::size_t elements, element_count(shape));
  const std::size_t step = elements * element_size(spec.datatype);
  if (step == 0 || bytes % step != 0)
    return invalid_argument(fmt::format("{} bytes are no multiple of the {} bytes of {}{}", bytes,
                                        step, name_of(spec.datatype), to_string(shape)));
  *free = static_cast<std::int64_t>(bytes / step);
  return shape;
}

Result<void> read_string_input(const TensorSpec& spec, bool batches, InferRequest& request) {
  InferInput& input = request.inputs[0];
  input.shape = spec.shape;
  for (std::int64_t& dimension : input.shape) dimension = dimension < 0 ? 1 : dimension;
  if (batches && !input.shape.empty()) input.shape[0] = 1;
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(input.shape));
  if (count != 1)
    return invalid_argument(
        fmt::format("a raw request for BYTES needs an input of one element, \"{}\" is {}",
                    spec.name, to_string(spec.shape)));
  append_bytes_element(request.decoded.emplace_back(), *request.body);
  input.bytes = request.decoded.back();
  return {};
}

Result<void> read_fixed_input(const TensorSpec& spec, bool batches, const InferLimits& limits,
                              InferRequest& request) {
  InferInput& input = request.inputs[0];
  input.bytes = std::as_bytes(std::span(*request.body));
  GLOWPLUG_ASSIGN(input.shape, shape_for(spec, batches, input.bytes.size()));
  if (input.bytes.size() / element_size(spec.datatype) > limits.max_elements)
    return Error{Code::too_large,
                 fmt::format("{} bytes of {} are more than the limit of {} elements",
                             input.bytes.size(), name_of(spec.datatype), limits.max_elements),
                 {}};
  return check_binary({spec.datatype, input.shape, input.bytes});
}

}  // namespace

Result<void> check_binary(const TensorView& tensor) {
  GLOWPLUG_TRY(check_tensor(tensor));
  if (tensor.datatype != Datatype::bool_) return {};
  const auto wrong = std::find_if(tensor.bytes.begin(), tensor.bytes.end(),
                                  [](std::byte byte) { return byte > std::byte{1}; });
  if (wrong == tensor.bytes.end()) return {};
  return invalid_argument(fmt::format("element {} is the byte {}, BOOL takes 0 or 1",
                                      wrong - tensor.bytes.begin(), static_cast<int>(*wrong)));
}

Result<InferRequest> read_raw(std::unique_ptr<std::string> body, const Signature& signature,
                              const InferLimits& limits) {
  if (signature.inputs.size() != 1)
    return invalid_argument(
        fmt::format("a raw request (Inference-Header-Content-Length: 0) needs a model with "
                    "one input; the model takes {}",
                    signature.describe()));
  const TensorSpec& spec = signature.inputs[0];
  const bool batches = signature.max_batch > 0;
  InferRequest request;
  request.body = std::move(body);
  request.inputs.resize(1);
  request.inputs[0].present = true;
  Result<void> read = spec.datatype == Datatype::bytes
                          ? read_string_input(spec, batches, request)
                          : read_fixed_input(spec, batches, limits, request);
  if (!read) return std::move(read).error().in(fmt::format("input \"{}\"", spec.name));
  constexpr bool kBinary = true;
  GLOWPLUG_ASSIGN(request.outputs, requested_outputs({}, kBinary, signature));
  return request;
}

}  // namespace glowplug::front::oip
