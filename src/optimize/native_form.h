#pragma once
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "base/json.h"
#include "base/result.h"
#include "bundle/prepared.h"
#include "model/runner.h"
#include "optimize/native_agreement.h"
#include "optimize/samples.h"

namespace glowplug::optimize {

/// The bundle whose model is compiled for the native engine.
struct NativeRequest {
  std::filesystem::path bundle;
  std::filesystem::path model;  ///< its main file in the bundle's folder, ONNX
  std::string digest;           ///< of the bundle's manifest
  std::span<const AnsweredSample> samples;
  FreeDimensions free;            ///< with which samples were made
  bool rows_independent = false;  ///< rows may share a run (batching.h)
  std::uint64_t seed = 1;
};

struct NativeForm {
  std::string folder;  ///< inside the bundle, "prepared/native-any"; empty: not compiled
  std::string reason;  ///< why not: "operator Scan"; empty when it was
  std::uint64_t runs_compared = 0;
  std::uint64_t rows_compared = 0;
  Agreement agreement;
};

/// What stands for the native engine in a prepared form's index.
[[nodiscard]] bundle::PreparedTarget native_target();

/// Compiles the model of `request` into a plan in the folder `into` and compares its answers with
/// those of `portable`, as make_native_form says. `folder` of the result is empty. Errors:
/// unimplemented, invalid_argument, failed_precondition (not compiled, with the reason); those of
/// `portable` that are not about the inputs.
[[nodiscard]] Result<NativeForm> compile_and_compare(const NativeRequest& request, Runner& portable,
                                                     const std::filesystem::path& into);

/// Compiles the model and keeps the plan as a prepared form if each output of it agrees with
/// `portable`, ONNX Runtime on the same model: on the samples, and on made-up inputs of several
/// numbers of rows, at thresholds and categories of the model, with gaps and extremes where they
/// have a meaning; a row of it may take 4e6 multiplications. Writes records/native.json. A model
/// that is not compiled is not an error. Errors: those of reading the model, of `portable` that are
/// not about the inputs, of writing.
[[nodiscard]] Result<NativeForm> make_native_form(const NativeRequest& request, Runner& portable);

/// records/native.json:
///
///     {"schema": 1, "engine_version": …, "compiled": false, "reason": …}
///     {"schema": 1, "engine_version": …, "compiled": true, "folder": …, "runs_compared": …,
///      "rows_compared": …, "elements_compared": …, "largest_difference": …, "tolerance": …,
///      "tolerance_reason": …, "tied_labels": …}
[[nodiscard]] Json native_record(const NativeForm& form);

}  // namespace glowplug::optimize
