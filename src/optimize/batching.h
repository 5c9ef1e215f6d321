#pragma once
#include <cstdint>
#include <string>

#include "base/result.h"
#include "model/runner.h"
#include "optimize/generate_inputs.h"

namespace glowplug::optimize {

/// Whether rows of different requests may share a run.
struct BatchingFinding {
  std::int64_t max_batch = 0;     ///< for Signature::max_batch; 0: never
  bool exact = false;             ///< rows gave the same bits alone, together and in another order
  double largest_difference = 0;  ///< |together - alone| / max|alone|; 0 when exact
  std::string reason;             ///< one sentence
};

/// Bounds of max_batch.
struct BatchLimits {
  std::int64_t most_rows = 32;
  std::int64_t most_bytes = std::int64_t{16} << 20;  ///< of inputs and outputs of one run
};

/// Runs rows of different kinds alone, together and in reverse order, and compares each row's
/// answers (compare.h). Rows share runs only if every input and output has a dimension 0 of -1, the
/// model answers as many rows as it is given, and no row's answer depends on its neighbors. `free`
/// is what samples were made with. Errors: those of the runner that are not about the inputs.
[[nodiscard]] Result<BatchingFinding> probe_batching(Runner& runner, const DimensionNames& names,
                                                     const FreeDimensions& free, std::uint64_t seed,
                                                     const BatchLimits& limits);

}  // namespace glowplug::optimize
