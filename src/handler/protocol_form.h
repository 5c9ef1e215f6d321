#pragma once
#include <memory>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "handler/references.h"
#include "model/infer_request.h"
#include "model/signature.h"

namespace glowplug::handler {

/// How a function with a declarative handler looks in the Open Inference Protocol: what a client
/// may send to POST /v2/models/{function}/infer instead of the model's own tensors, and what comes
/// back for it.
struct ProtocolForm {
  /// Input: the kind's field, "image", "text", "audio" or "bytes", BYTES[-1], an item each; none
  /// for tables, and where the model has BYTES of that name. Outputs: Output::tensor_specs().
  Signature signature;
  bool is_text = false;  ///< elements in JSON are the text itself, not base64

  [[nodiscard]] bool takes_items() const { return !signature.inputs.empty(); }
};

/// Null for code, which answers as it likes, for plain records, whose answer are the model's
/// outputs, and for a spec that is wrong.
[[nodiscard]] std::shared_ptr<const ProtocolForm> protocol_form(const Json& handler,
                                                                const Signature& model);

/// Whether a body of this type is an item of its own (a file, a form), not the protocol's JSON or
/// binary tensors. A type that says nothing is the protocol's.
[[nodiscard]] bool is_item_type(std::string_view content_type);

/// The event that asks for what `request`, read by the form's signature, asks for. `is_json`: its
/// elements were written as JSON. Errors: invalid_argument (no items).
[[nodiscard]] Result<FetchedEvent> event_of(const InferRequest& request, const ProtocolForm& form,
                                            bool is_json, std::string_view context);

/// Of the tensors that an event with the context {"answer": "tensors"} was answered with those that
/// `asked` wants. Errors: internal (they do not fit the form).
[[nodiscard]] Result<std::vector<Tensor>> asked_tensors(std::string_view tensor_list,
                                                        const InferRequest& asked,
                                                        const ProtocolForm& form);

}  // namespace glowplug::handler
