#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/runner.h"
#include "optimize/compare.h"
#include "optimize/target.h"

namespace glowplug::optimize {

/// The prepared form of a bundle as it was made.
struct Prepared {
  std::string folder;  ///< inside the bundle, e.g. "prepared/onnxruntime-x86-64-avx2"; empty: none
  std::string note;    ///< why there is none; empty when there is one
  std::vector<OutputDifference> differences;  ///< portable against prepared, one an output
};

/// Makes the prepared form of the bundle in the folder `bundle` for `target`, runs the bundle's
/// samples through it and through the portable form, and keeps it only if they agree (compare.h). A
/// form that is there already for another target stays; one for the same target is replaced.
/// No prepared form is not an error (`note` says why): the portable form serves.
/// Errors: those of reading the bundle, of writing, and of opening the portable form.
[[nodiscard]] Result<Prepared> prepare_bundle(const std::filesystem::path& bundle,
                                              const PreparedTarget& target, RunnerFactory& runners);

}  // namespace glowplug::optimize
