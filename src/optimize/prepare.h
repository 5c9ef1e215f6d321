#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "bundle/prepared.h"
#include "model/runner.h"
#include "optimize/compare.h"
#include "optimize/native_form.h"
#include "optimize/samples.h"

namespace glowplug::optimize {

/// The prepared form of a bundle as it was made.
struct Prepared {
  std::string folder;  ///< inside the bundle, "prepared/onnxruntime-x86-64-avx2"; empty: none
  std::string note;    ///< why there is none; empty when there is one
  std::vector<OutputDifference> differences;  ///< portable against prepared, one an output
  NativeForm native;                          ///< prepare_bundle only
};

/// Makes the prepared form of the bundle in the folder `bundle` for `target`, runs the bundle's
/// samples through it and through the portable form, and keeps it only if they agree (compare.h). A
/// form for another target stays where it is; one for the same target gives way. No prepared form
/// is not an error (`note` says why): the portable form serves. Compiles the model for the native
/// engine as well (native_form.h). Errors: those of reading the
/// bundle, of opening its portable form, and of writing.
[[nodiscard]] Result<Prepared> prepare_bundle(const std::filesystem::path& bundle,
                                              const bundle::PreparedTarget& target,
                                              RunnerFactory& runners);

/// The same where the portable form's answers are known. `model`: its main file in the bundle's
/// folder; `digest`: of its manifest.
struct PreparedRequest {
  std::filesystem::path bundle;
  std::filesystem::path model;
  std::string digest;
  Signature signature;  ///< names and datatypes that the form must have too
  std::span<const AnsweredSample> samples;
  bundle::PreparedTarget target;
};
/// Errors: those of writing.
[[nodiscard]] Result<Prepared> make_prepared(const PreparedRequest& request,
                                             RunnerFactory& runners);

}  // namespace glowplug::optimize
