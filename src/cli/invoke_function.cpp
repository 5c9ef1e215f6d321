#include "cli/invoke_function.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "handler/answer.h"
#include "handler/plain_output.h"
#include "handler/spec.h"

namespace glowplug::cli {
namespace {

/// The tensors of a request that was read here.
std::vector<std::optional<Tensor>> tensors_in(const InferRequest& request,
                                              const Signature& signature) {
  std::vector<std::optional<Tensor>> tensors;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const InferInput& input = request.inputs[i];
    if (!input.present)
      tensors.emplace_back();
    else
      tensors.emplace_back(Tensor{
          signature.inputs[i].datatype, input.shape, {input.bytes.begin(), input.bytes.end()}});
  }
  return tensors;
}

std::string described(std::span<const std::optional<Tensor>> tensors, const Signature& signature) {
  std::string text;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    if (!tensors[i]) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", signature.inputs[i].name,
                        name_of(tensors[i]->datatype), to_string(tensors[i]->shape));
  }
  return text;
}

/// Stages that the child told of.
void add_stages(std::string_view text, Trace& trace) {
  const auto list = parse_json(text);
  if (!list || !list->is_array()) return;
  for (const Json& stage : *list) {
    if (!stage.is_object()) continue;
    trace.add({stage.value("stage", ""), nanoseconds(stage.value("ns", std::int64_t{0})),
               stage.value("shape", ""), stage.value("preview", "")});
  }
}

}  // namespace

Result<InvokedFunction> InvokedFunction::open(const bundle::Bundle& bundle, ModelSource model,
                                              RunnerFactory& runners) {
  const bundle::Manifest& manifest = bundle.manifest();
  InvokedFunction function;
  function.signature_ = manifest.signature;
  if (manifest.handler.is_null() || handler::is_table(manifest.handler)) {
    GLOWPLUG_ASSIGN(function.table_, handler::Table::create(manifest.handler, manifest.signature));
  } else {
    model.handler = manifest.handler;
    model.bundle_signature = to_json(manifest.signature);
    model.bundle = bundle.folder();
  }
  GLOWPLUG_ASSIGN(function.runner_, runners.open(model));
  return function;
}

Result<EventAnswer> InvokedFunction::answer(const Event& event, bool csv, Trace* trace) {
  return table_ ? answer_table(event, csv, trace) : answer_event(event, trace);
}

Result<EventAnswer> InvokedFunction::answer_table(const Event& event, bool csv, Trace* trace) {
  Time begun = Clock::now();
  const auto lap = [&](Stage stage) {
    const Time now = Clock::now();
    stage.time = now - std::exchange(begun, now);
    if (trace != nullptr) trace->add(std::move(stage));
  };
  auto request = table_->read(event.content_type, event.body);
  if (!request) return handler::error_answer(request.error());
  const auto inputs = tensors_in(*request, signature_);
  lap({"read",
       {},
       described(inputs, signature_),
       inputs[0] ? handler::preview_of(*inputs[0]) : ""});
  auto outputs = runner_->run(inputs);
  if (!outputs) {
    if (outputs.error().code == Code::instance_lost) return std::move(outputs).error();
    return handler::error_answer(outputs.error());
  }
  lap({"run", {}, to_string((*outputs)[0].shape), handler::preview_of((*outputs)[0])});
  InferResponse response;
  response.outputs = *std::move(outputs);
  auto answer = table_->write(*request, response, csv);
  if (!answer) return handler::error_answer(answer.error());
  lap({"answer", {}, fmt::format("{} bytes", answer->body.size()), answer->body.substr(0, 80)});
  return answer;
}

Result<EventAnswer> InvokedFunction::answer_event(const Event& event, Trace* trace) {
  const auto answers = runner_->answer({&event, 1});
  if (!answers) {
    if (answers.error().code == Code::instance_lost) return answers.error();
    return handler::error_answer(answers.error());
  }
  if (answers->size() != 1)
    return Error{Code::internal, "the handler gave no answer to one event", {}};
  if (trace != nullptr) add_stages(answers->front().trace, *trace);
  return answers->front();
}

}  // namespace glowplug::cli
