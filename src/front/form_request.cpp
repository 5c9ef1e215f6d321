#include "front/form_request.h"

#include <utility>

#include "front/event_context.h"
#include "front/oip/infer_reader.h"
#include "handler/media_type.h"
#include "model/event.h"

namespace glowplug::front {
namespace {

using Read = Result<std::optional<FormRequest>>;

/// Reads one request; the members are what there is to know of it.
class FormReader {
 public:
  FormReader(const OpenRequest& request, const FunctionDescription& function,
             const InferCallLimits& limits)
      : request_(request), function_(function), limits_(limits) {}

  [[nodiscard]] std::string_view content_type() const {
    return request_.head.header("Content-Type").value_or("");
  }

  [[nodiscard]] Read table(const std::string& body) const {
    GLOWPLUG_ASSIGN(InferRequest sent,
                    function_.table->read(content_type(), body, limits_.records));
    return std::optional(FormRequest{std::move(sent), everything()});
  }

  /// A file, or a form with files.
  [[nodiscard]] Read event(const std::string& body) const {
    const std::string context = event_context(request_, function_, EventAnswers::tensors);
    return std::optional(FormRequest{request_of({content_type(), body, context}), everything()});
  }

  /// BYTES, an item each.
  [[nodiscard]] Read items(std::unique_ptr<std::string> body,
                           std::optional<std::size_t> json_length) const {
    const handler::ProtocolForm& form = *function_.protocol_form;
    GLOWPLUG_ASSIGN(InferRequest asked, oip::read_infer(std::move(body), json_length,
                                                        form.signature, limits_.protocol));
    const bool is_json = !asked.decoded.empty();
    GLOWPLUG_ASSIGN(const handler::FetchedEvent event,
                    handler::event_of(asked, form, is_json,
                                      event_context(request_, function_, EventAnswers::tensors)));
    InferRequest sent = request_of({"application/json", event.body, event.context});
    sent.timeout = asked.timeout;
    asked.inputs.clear();
    asked.decoded.clear();
    asked.body.reset();
    return std::optional(FormRequest{std::move(sent), std::move(asked)});
  }

 private:
  [[nodiscard]] InferRequest everything() const {
    InferRequest asked;
    for (std::size_t i = 0; i < form_signature(function_).outputs.size(); ++i)
      asked.outputs.push_back({i, false, 0});
    return asked;
  }

  const OpenRequest& request_;
  const FunctionDescription& function_;
  const InferCallLimits& limits_;
};

}  // namespace

const Signature& form_signature(const FunctionDescription& function) {
  return function.protocol_form ? function.protocol_form->signature : function.signature;
}

Result<std::optional<FormRequest>> read_form_request(const OpenRequest& request,
                                                     std::unique_ptr<std::string>& body,
                                                     std::optional<std::size_t> json_length,
                                                     const FunctionDescription& function,
                                                     const InferCallLimits& limits) {
  const FormReader reader(request, function, limits);
  const bool takes_items = function.protocol_form && function.protocol_form->takes_items();
  if (!json_length && handler::is_item_type(reader.content_type())) {
    if (takes_items) return reader.event(*body);
    if (function.table && handler::media_type(reader.content_type()) == "text/csv")
      return reader.table(*body);
  }
  if (!takes_items) return std::optional<FormRequest>();
  const std::string& field = function.protocol_form->signature.inputs[0].name;
  if (!oip::has_only_bytes(*body, json_length, field, limits.protocol))
    return std::optional<FormRequest>();
  return reader.items(std::move(body), json_length);
}

Result<FormAnswer> read_form_answer(const InferRequest& sent, const InferRequest& asked,
                                    InferResponse response, const FunctionDescription& function) {
  FormAnswer answer;
  if (function.table) {
    GLOWPLUG_ASSIGN(answer.tensors, function.table->tensors(sent, std::move(response)));
    return answer;
  }
  GLOWPLUG_ASSIGN(std::vector<EventAnswer> answers, answers_in(response.outputs));
  if (answers.size() != 1)
    return Error{Code::internal, "the handler gave no answer to one event", {}};
  if (answers[0].is_refusal()) {
    answer.refusal = std::move(answers[0]);
    return answer;
  }
  GLOWPLUG_ASSIGN(answer.tensors,
                  handler::asked_tensors(answers[0].body, asked, *function.protocol_form));
  return answer;
}

}  // namespace glowplug::front
