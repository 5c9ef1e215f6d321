#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/runner.h"
#include "model/signature.h"
#include "optimize/compare.h"
#include "optimize/target.h"

namespace glowplug::optimize {

/// What to make a bundle of.
struct ExportRequest {
  std::filesystem::path model;   ///< an ONNX file; external weights lie beside it
  std::string name;              ///< the bundle's name
  std::filesystem::path output;  ///< the bundle's folder, by custom NAME.glow
  bool replace = false;          ///< an existing bundle at `output` gives way
  PreparedTarget target;         ///< what the prepared form is for
  std::int64_t most_batch = 32;  ///< Signature::max_batch of a model that batches
  std::uint64_t seed = 1;        ///< of the generated samples
};

/// One finished step, for progress and reports.
struct Phase {
  std::string_view name;  ///< "read", "load", "samples", "batching", "prepare", "compare", "write"
  Duration duration{};
};
/// Called when a phase starts (`duration` zero) and when it has ended.
using PhaseObserver = std::function<void(const Phase&, bool ended)>;

/// Whether rows of different requests may share a run.
struct BatchingFinding {
  std::int64_t max_batch = 0;     ///< 0: never
  bool exact = false;             ///< rows gave the same bits alone, together and in another order
  double largest_difference = 0;  ///< relative to the output's scale; 0 when exact
  std::string reason;             ///< one sentence
};

struct Exported {
  std::filesystem::path bundle;
  std::string digest;
  Signature signature;
  BatchingFinding batching;
  /// Portable against prepared form, one for each output; empty when there is no prepared form.
  std::vector<OutputDifference> differences;
  /// Folder of the prepared form ("prepared/onnxruntime-x86-64-avx2"), or empty: then
  /// `prepared_note` says why there is none.
  std::string prepared;
  std::string prepared_note;
  std::size_t samples = 0;
  std::vector<Phase> phases;
};

/// Model file to verified bundle: portable form, samples, prepared form, records.
/// The model runs only behind `runners`. The bundle appears at `output` complete or not at all. Its
/// digest depends on the model's bytes, the name, the seed and this program's version of the format
/// alone, not on the machine: samples hold inputs; the answers, whose last bits depend on the CPU,
/// are kept in records/.
/// Errors: not_found, invalid_argument (not a model that can be served, with the reason),
/// already_exists (`output` is there and `replace` is not set), those of `runners`.
[[nodiscard]] Result<Exported> export_model(const ExportRequest& request, RunnerFactory& runners,
                                            const PhaseObserver& observer = {});

}  // namespace glowplug::optimize
