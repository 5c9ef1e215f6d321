#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/onnxruntime/library.h"
#include "engine/onnxruntime/prepared_weights.h"
#include "engine/onnxruntime/values.h"

namespace glowplug::engine::ort {

/// engine::Session over a session of the library.
class OrtSession final : public engine::Session {
 public:
  /// `library` must outlive the object; `weights` is kept for as long (null: there are none).
  /// Errors: unimplemented (the model takes or gives what is not
  /// a tensor), those of the library.
  [[nodiscard]] static Result<std::unique_ptr<engine::Session>> create(
      const Library& library, Handle<ort::Session> session,
      std::shared_ptr<PreparedWeights> weights);

  [[nodiscard]] const Signature& signature() const override { return signature_; }
  [[nodiscard]] Result<RunReport> run(std::span<const std::optional<TensorView>> inputs,
                                      std::span<const std::size_t> wanted,
                                      OutputSink& sink) override;

 private:
  OrtSession(const Library& library, Handle<ort::Session> session, Handle<RunOptions> run_options,
             InputValues input_values, Signature signature,
             std::shared_ptr<PreparedWeights> weights);
  [[nodiscard]] Result<void> take_inputs(std::span<const std::optional<TensorView>> inputs);
  [[nodiscard]] Result<void> run_library(std::span<const std::size_t> wanted);
  [[nodiscard]] Result<void> give_outputs(std::span<const std::size_t> wanted, OutputSink& sink);
  void release_values();

  const Library& library_;
  std::shared_ptr<PreparedWeights> weights_;  // used by session_
  Handle<ort::Session> session_;
  Handle<RunOptions> run_options_;
  InputValues input_values_;
  OutputValues output_values_;
  Signature signature_;
  // Of the run in progress; kept for their memory.
  std::vector<Handle<Value>> inputs_;
  std::vector<const Value*> input_pointers_;
  std::vector<const char*> input_names_;
  std::vector<Value*> outputs_;  // ours to release
  std::vector<const char*> output_names_;
};

}  // namespace glowplug::engine::ort
