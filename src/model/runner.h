#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/event.h"
#include "model/signature.h"
#include "model/tensor.h"

namespace glowplug {

/// Which engine opens which file, and how.
struct ModelSource {
  std::filesystem::path
      model;  ///< e.g. model.onnx; files that it names (external weights) lie in its folder
  std::string engine = "onnxruntime";
  /// The file is a prepared form: already optimized for this CPU, to be mapped and used as it is.
  bool prepared = false;
  /// The handler of its bundle, for Runner::answer, and the bundle's signature and folder; null:
  /// none.
  Json handler{};
  Json bundle_signature{};
  std::filesystem::path bundle{};
};

/// A loaded model that runs somewhere safe: in a sandboxed child process (instances/runner.h). Not
/// for several threads at once.
class Runner {
 public:
  virtual ~Runner() = default;
  /// As the engine reports it; max_batch is 0.
  [[nodiscard]] virtual const Signature& signature() const = 0;
  /// Of the engine's library, "1.28.0", for people; empty where it is not known.
  [[nodiscard]] virtual std::string engine_version() const { return {}; }
  /// What code of the user's own says of itself, JSON; empty: a model.
  [[nodiscard]] virtual std::string description() const { return {}; }
  /// Runs once. `inputs` in signature order, nullopt for an optional input left out; all outputs in
  /// signature order. Errors: invalid_argument (the model refused the inputs, with the engine's
  /// text), instance_lost (it crashed), deadline_exceeded.
  [[nodiscard]] virtual Result<std::vector<Tensor>> run(
      std::span<const std::optional<Tensor>> inputs) = 0;
  /// What the source's handler says of events, one answer each. Errors: as `run`; unimplemented
  /// (it has none).
  [[nodiscard]] virtual Result<std::vector<EventAnswer>> answer(std::span<const Event> /*events*/) {
    return Error{Code::unimplemented, "this model has no handler", {}};
  }
};

/// Opens models in child processes. The one place where `export` and its like meet an engine.
class RunnerFactory {
 public:
  virtual ~RunnerFactory() = default;
  /// Errors: invalid_argument (not a model, with the engine's text), unavailable (engine not
  /// installed, with the command), instance_lost.
  [[nodiscard]] virtual Result<std::unique_ptr<Runner>> open(const ModelSource& source) = 0;
  /// Makes the prepared form of `source` in the existing, empty folder `into`; returns the main
  /// file's name there.
  [[nodiscard]] virtual Result<std::string> prepare(const ModelSource& source,
                                                    const std::filesystem::path& into) = 0;
};

}  // namespace glowplug
