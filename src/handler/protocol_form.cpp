#include "handler/protocol_form.h"

#include <algorithm>
#include <array>
#include <utility>

#include "handler/items.h"
#include "handler/media_type.h"
#include "handler/output.h"
#include "handler/plain_output.h"
#include "handler/spec.h"
#include "model/tensor_list.h"

namespace glowplug::handler {
namespace {

/// ["base64", …] as /predict takes it.
std::string json_list(std::span<const std::string_view> items) {
  std::string body = "[";
  for (const std::string_view item : items) {
    body += body.size() > 1 ? "," : "";
    body += quote_json(item);
  }
  return body + "]";
}

}  // namespace

std::shared_ptr<const ProtocolForm> protocol_form(const Json& handler, const Signature& model) {
  if (!handler.is_object() || !check_spec(handler)) return nullptr;
  auto output = make_output(handler.value("output", Json()), model);
  if (!output) return nullptr;
  if (!*output) {
    if (is_table(handler)) return nullptr;  // the model's own outputs
    output = make_plain_output(model);
  }
  auto form = std::make_shared<ProtocolForm>();
  form->signature.outputs = (*output)->tensor_specs();
  form->signature.max_batch = kMostItems;
  const std::string field = item_field(handler);
  form->is_text = field == "text";
  const auto own = model.input_named(field);
  const bool is_taken = own && model.inputs[*own].datatype == Datatype::bytes;
  if (!field.empty() && !is_taken)
    form->signature.inputs = {{field, Datatype::bytes, {-1}, false, {}}};
  return form;
}

bool is_item_type(std::string_view content_type) {
  if (content_type == "application/json") return false;  // nearly always
  static constexpr std::array<std::string_view, 3> kProtocol = {
      "", "application/octet-stream", "application/x-www-form-urlencoded"};
  const std::string type = media_type(content_type);
  return std::ranges::find(kProtocol, type) == kProtocol.end() && !is_json(type);
}

Result<FetchedEvent> event_of(const InferRequest& request, const ProtocolForm& form, bool is_json,
                              std::string_view context) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(request.inputs.at(0).shape));
  GLOWPLUG_ASSIGN(const auto items, bytes_elements(request.inputs.at(0).bytes, count));
  if (items.empty())
    return invalid_argument("the input has no elements; one or more were expected");
  if (is_json && !form.is_text) return FetchedEvent{json_list(items), std::string(context)};
  return event_of_items(items, context);
}

Result<std::vector<Tensor>> asked_tensors(std::string_view tensor_list, const InferRequest& asked,
                                          const ProtocolForm& form) {
  const Error unfit{Code::internal, "the handler's tensors do not fit its spec", {}};
  auto all = read_tensor_list(tensor_list);
  if (!all || all->size() != form.signature.outputs.size()) return unfit;
  for (std::size_t i = 0; i < all->size(); ++i)
    if ((*all)[i].datatype != form.signature.outputs[i].datatype) return unfit;
  std::vector<Tensor> wanted;
  wanted.reserve(asked.outputs.size());
  for (const RequestedOutput& output : asked.outputs)
    wanted.push_back(std::move((*all)[output.index]));  // none is asked for twice
  return wanted;
}

}  // namespace glowplug::handler
