#include "front/oip/infer_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "front/oip/envelope.h"
#include "front/oip/json_elements.h"
#include "front/oip/raw_request.h"
#include "front/oip/request_outputs.h"
#include "front/oip/request_parameters.h"

namespace glowplug::front::oip {
namespace {

constexpr std::size_t kReadableBehindJson = 64;  // what read_envelope wants

Error unfit(const std::string& what, const Signature& signature) {
  return invalid_argument(fmt::format("{}; the model takes {}", what, signature.describe()));
}

/// Turns the inputs of an envelope into those of the request, in the signature's order.
class InputReader {
 public:
  /// `binary`: what follows the JSON.
  InputReader(const Signature& signature, const InferLimits& limits, std::string_view binary,
              InferRequest& request)
      : signature_(signature), limits_(limits), binary_(binary), request_(request) {
    request_.inputs.resize(signature.inputs.size());
  }

  Result<void> read(std::vector<EnvelopeInput>& inputs) {
    request_.decoded.reserve(inputs.size());
    for (EnvelopeInput& input : inputs) GLOWPLUG_TRY(read_one(input));
    if (!binary_.empty())
      return invalid_argument(
          fmt::format("{} bytes are left behind the last binary input", binary_.size()));
    return check_complete();
  }

 private:
  Result<void> read_one(EnvelopeInput& input) {
    const auto index = signature_.input_named(input.name);
    if (!index) return unfit(fmt::format("there is no input \"{}\"", input.name), signature_);
    InferInput& slot = request_.inputs[*index];
    if (slot.present)
      return invalid_argument(fmt::format("input \"{}\" is given twice", input.name));
    const TensorSpec& spec = signature_.inputs[*index];
    const auto datatype = datatype_named(input.datatype);
    if (!datatype)
      return unfit(
          fmt::format("input \"{}\" has the unknown datatype \"{}\"", input.name, input.datatype),
          signature_);
    GLOWPLUG_TRY(check_against(spec, *datatype, input.shape));
    slot.present = true;
    slot.shape = std::move(input.shape);
    Result<void> read = read_bytes(input, *datatype, slot);
    if (!read) return std::move(read).error().in(fmt::format("input \"{}\"", input.name));
    return {};
  }

  Result<void> read_bytes(const EnvelopeInput& input, Datatype datatype, InferInput& slot) {
    GLOWPLUG_ASSIGN(const std::size_t count, element_count(slot.shape));
    if (count > limits_.max_elements)
      return Error{Code::too_large,
                   fmt::format("shape {} has {} elements, the limit is {}", to_string(slot.shape),
                               count, limits_.max_elements),
                   {}};
    if (input.binary_size.has_value() == !input.data.empty())
      return invalid_argument(
          "exactly one of \"data\" and the parameter \"binary_data_size\" must be given");
    if (input.binary_size) return take_binary(*input.binary_size, datatype, slot);
    GLOWPLUG_ASSIGN(auto bytes, read_json_elements(input.data, datatype, count, limits_.max_depth));
    request_.decoded.push_back(std::move(bytes));
    slot.bytes = request_.decoded.back();
    return {};
  }

  Result<void> take_binary(std::uint64_t size, Datatype datatype, InferInput& slot) {
    if (size > binary_.size())
      return invalid_argument(fmt::format(
          "\"binary_data_size\" is {}, but {} bytes are left behind the JSON; the header "
          "Inference-Header-Content-Length must say where the JSON ends",
          size, binary_.size()));
    slot.bytes = std::as_bytes(std::span(binary_.substr(0, size)));
    binary_.remove_prefix(size);
    return check_binary({datatype, slot.shape, slot.bytes});
  }

  Result<void> check_complete() {
    for (std::size_t i = 0; i < signature_.inputs.size(); ++i) {
      if (!request_.inputs[i].present && !signature_.inputs[i].optional)
        return unfit(fmt::format("input \"{}\" is missing", signature_.inputs[i].name), signature_);
    }
    return {};
  }

  const Signature& signature_;
  const InferLimits& limits_;
  std::string_view binary_;
  InferRequest& request_;
};

/// Where the model batches, dimension 0 of the inputs, which must agree.
Result<std::int64_t> rows_of(const InferRequest& request, const Signature& signature) {
  if (signature.max_batch == 0) return std::int64_t{1};
  const TensorSpec* first = nullptr;
  std::int64_t rows = 1;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const InferInput& input = request.inputs[i];
    if (!input.present || input.shape.empty()) continue;
    if (first != nullptr && input.shape[0] != rows)
      return unfit(fmt::format("input \"{}\" has {} rows, input \"{}\" has {}",
                               signature.inputs[i].name, input.shape[0], first->name, rows),
                   signature);
    first = &signature.inputs[i];
    rows = input.shape[0];
  }
  return rows;
}

/// Where the JSON ends, or why it cannot be there.
Result<std::size_t> json_size(std::size_t body, std::optional<std::size_t> json_length,
                              const InferLimits& limits) {
  if (json_length && *json_length > body)
    return invalid_argument(fmt::format(
        "Inference-Header-Content-Length is {}, but the body has {} bytes", *json_length, body));
  const std::size_t size = json_length.value_or(body);
  if (size > limits.max_json_bytes)
    return Error{Code::too_large,
                 fmt::format("the JSON of the request has {} bytes, the limit is {}; send large "
                             "tensors as binary data (\"binary_data_size\")",
                             size, limits.max_json_bytes),
                 {}};
  return size;
}

}  // namespace

Result<std::size_t> read_header_length(std::string_view value) {
  std::size_t length = 0;
  const auto result = std::from_chars(value.data(), value.data() + value.size(), length);
  if (result.ec != std::errc{} || result.ptr != value.data() + value.size())
    return invalid_argument(fmt::format(
        "Inference-Header-Content-Length is \"{}\", a number of bytes was expected", value));
  return length;
}

Result<InferRequest> read_infer(std::unique_ptr<std::string> body,
                                std::optional<std::size_t> json_length, const Signature& signature,
                                const InferLimits& limits) {
  if (json_length == std::size_t{0}) return read_raw(std::move(body), signature, limits);
  GLOWPLUG_ASSIGN(const std::size_t size, json_size(body->size(), json_length, limits));
  body->reserve(body->size() + kReadableBehindJson);
  const std::string_view all(*body);
  GLOWPLUG_ASSIGN(Envelope envelope, read_envelope(all.substr(0, size), limits.max_depth));

  InferRequest request;
  request.body = std::move(body);
  request.id = std::move(envelope.id);
  request.parameters = std::move(envelope.parameters);
  GLOWPLUG_ASSIGN(const bool binary_outputs, take_reserved_parameters(request));
  GLOWPLUG_TRY(InputReader(signature, limits, all.substr(size), request).read(envelope.inputs));
  GLOWPLUG_ASSIGN(request.outputs, requested_outputs(envelope.outputs, binary_outputs, signature));
  GLOWPLUG_ASSIGN(request.rows, rows_of(request, signature));
  return request;
}

bool has_only_bytes(std::string& body, std::optional<std::size_t> json_length,
                    std::string_view name, const InferLimits& limits) {
  const auto size = json_size(body.size(), json_length, limits);
  if (!size || *size == 0) return false;
  body.reserve(body.size() + kReadableBehindJson);
  const auto envelope = read_envelope(std::string_view(body).substr(0, *size), limits.max_depth);
  return envelope && envelope->inputs.size() == 1 && envelope->inputs[0].name == name &&
         envelope->inputs[0].datatype == name_of(Datatype::bytes);
}

}  // namespace glowplug::front::oip
