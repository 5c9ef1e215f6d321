#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "bundle/prepared.h"
#include "model/runner.h"
#include "model/signature.h"
#include "optimize/batching.h"
#include "optimize/compare.h"
#include "optimize/handler_files.h"
#include "optimize/native_form.h"

namespace glowplug::optimize {

/// What to make a bundle of.
struct ExportRequest {
  std::filesystem::path model;    ///< an ONNX file; external weights lie beside it
  std::string name;               ///< the bundle's name
  std::filesystem::path output;   ///< the bundle's folder, by custom NAME.glow
  bool replace = false;           ///< an existing bundle at `output` gives way
  bundle::PreparedTarget target;  ///< what the prepared form is for
  /// "handler" as the user wrote it, with files relative to `handler_folder`; null: what the files
  /// beside the model say, if anything.
  Json handler;
  std::filesystem::path handler_folder;
  BatchLimits batch;       ///< bounds of Signature::max_batch
  std::uint64_t seed = 1;  ///< of the generated samples
};

/// One step of the work.
struct Phase {
  std::string_view name;  ///< "read", "load", "handler", "samples", "batching", "event", "native",
                          ///< "prepare" or "write"
  Duration duration{};    ///< zero when it starts
};
/// Called when a phase starts (`ended` false) and when it has ended well.
using PhaseObserver = std::function<void(const Phase&, bool ended)>;

struct Exported {
  std::filesystem::path bundle;
  std::string digest;
  Signature signature;
  BatchingFinding batching;
  std::vector<std::string> samples;  ///< their names; empty: `samples_note` says why
  std::string samples_note;          ///< why some kinds of samples are missing; may be empty
  /// Why nothing can be said about the answers (no sample ran); empty: samples were compared.
  std::vector<std::string> unverified;
  [[nodiscard]] std::string_view verdict() const {
    return unverified.empty() ? "CLEAN" : "UNVERIFIED";
  }
  /// Folder of the prepared form ("prepared/onnxruntime-x86-64-avx2"), or empty: then
  /// `prepared_note` says why.
  std::string prepared;
  std::string prepared_note;
  /// Portable against prepared form, one for each output; empty when they were not compared.
  std::vector<OutputDifference> differences;
  HandlerFiles handler;
  NativeForm native;  ///< the model compiled for the native engine, or why it is not
  std::vector<Phase> phases;
};

/// What records/export.json says this model was compared with.
inline constexpr std::string_view kComparedWith =
    "itself: a plain ONNX file is its own reference; it was not compared with the framework that "
    "it "
    "came from";

/// Model file to verified bundle: portable form, samples, prepared form, records.
/// The model runs only behind `runners`. The bundle appears at `output` complete or not at all.
///
/// The digest depends on the model's bytes, the name, the seed, the batch limits, the engine's
/// behavior and this program's version, not on the machine: samples hold inputs only; the answers,
/// whose last bits depend on the CPU, are kept in records/answers.json, and figures of this machine
/// in records/export.json.
/// Errors: not_found, invalid_argument and unimplemented (not a model that can be served, with the
/// reason), already_exists (`output` is there and `replace` is not set), those of `runners`.
[[nodiscard]] Result<Exported> export_model(const ExportRequest& request, RunnerFactory& runners,
                                            const PhaseObserver& observer = {});

}  // namespace glowplug::optimize
