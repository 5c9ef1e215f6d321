#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/infer_request.h"
#include "model/signature.h"

namespace glowplug {

/// What arrives at a function's handler: a picture, a text, a table, as bytes with their type.
struct Event {
  std::string_view content_type;  ///< as the caller named it, with parameters; may be empty
  std::string_view body;
  /// JSON object of the surroundings: {"request_id", "function", "version", "deadline_ms" (left of
  /// the time when it was sent, whole milliseconds), "accept", "headers": {"traceparent": …}}. Keys
  /// may be absent; empty: none.
  std::string_view context;
};

/// What a handler gives back for one event.
struct EventAnswer {
  int status = 200;  ///< of HTTP
  std::string content_type = "application/json";
  std::string body;
  /// JSON list of the steps it took, [{"stage", "ns", "shape", "preview"}, …], where the context
  /// has "trace": true; else empty.
  std::string trace = {};

  [[nodiscard]] bool is_refusal() const { return status >= 400; }
};

/// Events cross to instances as rows of tensors, so that queues, batches, rings and retries treat
/// them like any other request. Inputs: content_type, body, context, BYTES[-1] each. Outputs:
/// status INT32[-1], then content_type, body and trace, BYTES[-1]. Rows may share a run; what the
/// model's own rows may share, the handler knows.
[[nodiscard]] const Signature& event_signature();
/// The model's own signature for tensors, that of events for events.
[[nodiscard]] const Signature& signature_of(RequestKind kind, const Signature& model);

/// One event as a request of kind `event`, all outputs asked for.
[[nodiscard]] InferRequest request_of(const Event& event);
/// The answers in the outputs of event_signature(). Errors: internal (they do not fit it).
[[nodiscard]] Result<std::vector<EventAnswer>> answers_in(const std::vector<Tensor>& outputs);
/// The events in the inputs of event_signature(); views into `inputs`. Errors: invalid_argument.
[[nodiscard]] Result<std::vector<Event>> events_in(
    std::span<const std::optional<TensorView>> inputs);
/// The outputs of event_signature() that say `answers`.
[[nodiscard]] std::vector<Tensor> tensors_of(const std::vector<EventAnswer>& answers);

}  // namespace glowplug
