#include "engine/onnxruntime/session.h"

#include <utility>

#include "base/time.h"
#include "engine/onnxruntime/read_signature.h"

namespace glowplug::engine::ort {
namespace {

std::int64_t ns_between(Time from, Time to) {
  return std::chrono::duration_cast<nanoseconds>(to - from).count();
}

}  // namespace

Result<std::unique_ptr<engine::Session>> OrtSession::create(
    const Library& library, Handle<ort::Session> session,
    std::shared_ptr<PreparedWeights> weights) {
  const Api& api = library.api();
  GLOWPLUG_ASSIGN(Signature signature, read_signature(library, *session));
  GLOWPLUG_ASSIGN(
      Handle<RunOptions> run_options,
      make_handle<RunOptions>(library, api.release_run_options, api.create_run_options));
  GLOWPLUG_ASSIGN(InputValues input_values, InputValues::create(library));
  return std::unique_ptr<engine::Session>(
      new OrtSession(library, std::move(session), std::move(run_options), std::move(input_values),
                     std::move(signature), std::move(weights)));
}

OrtSession::OrtSession(const Library& library, Handle<ort::Session> session,
                       Handle<RunOptions> run_options, InputValues input_values,
                       Signature signature, std::shared_ptr<PreparedWeights> weights)
    : library_(library),
      weights_(std::move(weights)),
      session_(std::move(session)),
      run_options_(std::move(run_options)),
      input_values_(std::move(input_values)),
      output_values_(library),
      signature_(std::move(signature)) {}

Result<RunReport> OrtSession::run(std::span<const std::optional<TensorView>> inputs,
                                  std::span<const std::size_t> wanted, OutputSink& sink) {
  const Time start = Clock::now();
  Time taken = start;
  Time ran = start;
  const auto steps = [&]() -> Result<void> {
    GLOWPLUG_TRY(take_inputs(inputs));
    taken = Clock::now();
    GLOWPLUG_TRY(run_library(wanted));
    ran = Clock::now();
    return give_outputs(wanted, sink);
  };
  Result<void> done = steps();
  release_values();
  if (!done) return std::move(done).error();
  return RunReport{ns_between(start, taken), ns_between(taken, ran), ns_between(ran, Clock::now())};
}

Result<void> OrtSession::take_inputs(std::span<const std::optional<TensorView>> inputs) {
  GLOWPLUG_CHECK(inputs.size() == signature_.inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const std::optional<TensorView>& input = inputs[i];
    if (!input) continue;
    auto value = input_values_.make(*input);
    if (!value) return std::move(value).error().in("input \"" + signature_.inputs[i].name + "\"");
    input_pointers_.push_back(value->get());
    inputs_.push_back(*std::move(value));
    input_names_.push_back(signature_.inputs[i].name.c_str());
  }
  return {};
}

Result<void> OrtSession::run_library(std::span<const std::size_t> wanted) {
  for (const std::size_t index : wanted)
    output_names_.push_back(signature_.outputs.at(index).name.c_str());
  outputs_.assign(wanted.size(), nullptr);
  return library_.check(library_.api().run(
      session_.get(), run_options_.get(), input_names_.data(), input_pointers_.data(),
      input_pointers_.size(), output_names_.data(), output_names_.size(), outputs_.data()));
}

Result<void> OrtSession::give_outputs(std::span<const std::size_t> wanted, OutputSink& sink) {
  for (std::size_t i = 0; i < wanted.size(); ++i)
    GLOWPLUG_TRY(output_values_.copy(wanted[i], *outputs_[i], sink));
  return {};
}

void OrtSession::release_values() {
  for (Value* const value : outputs_) library_.api().release_value(value);
  outputs_.clear();
  output_names_.clear();
  input_pointers_.clear();
  input_names_.clear();
  inputs_.clear();
  input_values_.clear();
}

}  // namespace glowplug::engine::ort
