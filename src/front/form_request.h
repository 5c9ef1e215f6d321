#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "front/infer_call.h"
#include "front/served_function.h"

/// Requests to POST /v2/models/{function}/infer that are for the function's handler rather than for
/// the model: files as they are, CSV, and BYTES under the name of the handler's input
/// (handler/protocol_form.h).
namespace glowplug::front {

struct FormRequest {
  InferRequest sent;   ///< what goes to the instance: an event, or a table's rows
  InferRequest asked;  ///< id, parameters and outputs of the answer
};

/// Without a value: it is for the model. `json_length`: of Inference-Header-Content-Length; `body`
/// is left alone then and may have been given room. Errors: of the handler's form.
[[nodiscard]] Result<std::optional<FormRequest>> read_form_request(
    const OpenRequest& request, std::unique_ptr<std::string>& body,
    std::optional<std::size_t> json_length, const FunctionDescription& function,
    const InferCallLimits& limits);

/// The tensors that `asked` wants, or what the handler said of the event where that is an error.
struct FormAnswer {
  std::optional<EventAnswer> refusal;
  std::vector<Tensor> tensors;
};
/// Errors: internal; invalid_argument (the predictions make no tensors together).
[[nodiscard]] Result<FormAnswer> read_form_answer(const InferRequest& sent,
                                                  const InferRequest& asked, InferResponse response,
                                                  const FunctionDescription& function);

/// Whose names and labels the answer has.
[[nodiscard]] const Signature& form_signature(const FunctionDescription& function);

}  // namespace glowplug::front
