#include "model/event.h"

#include <array>
#include <cstring>
#include <optional>
#include <span>

namespace glowplug {
namespace {

constexpr std::size_t kInputs = 3;
constexpr std::size_t kOutputs = 4;

Signature make_event_signature() {
  Signature events;
  for (const char* const name : {"content_type", "body", "context"})
    events.inputs.push_back({name, Datatype::bytes, {-1}, false, {}});
  events.outputs = {{"status", Datatype::int32, {-1}, false, {}},
                    {"content_type", Datatype::bytes, {-1}, false, {}},
                    {"body", Datatype::bytes, {-1}, false, {}},
                    {"trace", Datatype::bytes, {-1}, false, {}}};
  return events;
}

Tensor texts(const std::vector<EventAnswer>& answers, std::string EventAnswer::* member) {
  Tensor tensor{Datatype::bytes, {static_cast<std::int64_t>(answers.size())}, {}};
  for (const EventAnswer& answer : answers) append_bytes_element(tensor.bytes, answer.*member);
  return tensor;
}

Error not_events() {
  return Error{Code::internal, "what the handler gave are no answers to events", {}};
}

}  // namespace

const Signature& event_signature() {
  static const Signature events = make_event_signature();
  return events;
}

const Signature& signature_of(RequestKind kind, const Signature& model) {
  return kind == RequestKind::event ? event_signature() : model;
}

InferRequest request_of(const Event& event) {
  InferRequest request;
  request.kind = RequestKind::event;
  request.decoded.reserve(kInputs);
  for (const std::string_view text : {event.content_type, event.body, event.context}) {
    auto& bytes = request.decoded.emplace_back();
    bytes.reserve(text.size() + sizeof(std::uint32_t));
    append_bytes_element(bytes, text);
    request.inputs.push_back({true, {1}, bytes});
  }
  for (std::size_t i = 0; i < kOutputs; ++i) request.outputs.push_back({.index = i});
  return request;
}

Result<std::vector<EventAnswer>> answers_in(const std::vector<Tensor>& outputs) {
  if (outputs.size() != kOutputs || outputs[0].datatype != Datatype::int32 ||
      outputs[0].shape.size() != 1)
    return not_events();
  const auto rows = static_cast<std::size_t>(outputs[0].shape[0]);
  if (outputs[0].bytes.size() != rows * sizeof(std::int32_t)) return not_events();
  GLOWPLUG_ASSIGN(const auto types, bytes_elements(outputs[1].bytes, rows));
  GLOWPLUG_ASSIGN(const auto bodies, bytes_elements(outputs[2].bytes, rows));
  GLOWPLUG_ASSIGN(const auto traces, bytes_elements(outputs[3].bytes, rows));
  std::vector<EventAnswer> answers(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    std::int32_t status = 0;
    std::memcpy(&status, outputs[0].bytes.data() + i * sizeof status, sizeof status);
    answers[i] = {status, std::string(types[i]), std::string(bodies[i]), std::string(traces[i])};
  }
  return answers;
}

Result<std::vector<Event>> events_in(std::span<const std::optional<TensorView>> inputs) {
  if (inputs.size() != kInputs) return invalid_argument("an event has three inputs");
  std::array<std::vector<std::string_view>, kInputs> columns;
  for (std::size_t i = 0; i < kInputs; ++i) {
    if (!inputs[i] || inputs[i]->datatype != Datatype::bytes || inputs[i]->shape.size() != 1 ||
        inputs[i]->shape[0] != inputs[0]->shape[0])
      return invalid_argument("an event's inputs are BYTES[-1] of one length");
    GLOWPLUG_ASSIGN(columns.at(i), bytes_elements(inputs[i]->bytes,
                                                  static_cast<std::size_t>(inputs[i]->shape[0])));
  }
  std::vector<Event> events(columns[0].size());
  for (std::size_t row = 0; row < events.size(); ++row)
    events[row] = {columns[0][row], columns[1][row], columns[2][row]};
  return events;
}

std::vector<Tensor> tensors_of(const std::vector<EventAnswer>& answers) {
  Tensor status{Datatype::int32, {static_cast<std::int64_t>(answers.size())}, {}};
  for (const EventAnswer& answer : answers) {
    const std::int32_t value = answer.status;
    const auto bytes = std::as_bytes(std::span(&value, 1));
    status.bytes.insert(status.bytes.end(), bytes.begin(), bytes.end());
  }
  std::vector<Tensor> outputs;
  outputs.push_back(std::move(status));
  outputs.push_back(texts(answers, &EventAnswer::content_type));
  outputs.push_back(texts(answers, &EventAnswer::body));
  outputs.push_back(texts(answers, &EventAnswer::trace));
  return outputs;
}

}  // namespace glowplug
