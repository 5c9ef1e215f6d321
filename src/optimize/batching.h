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
  bool exact = false;             ///< rows gave the same bits alone as together
  double largest_difference = 0;  ///< |together - alone| / max|alone|; 0 when exact
  std::string reason;             ///< one sentence
};

/// Bounds of max_batch.
struct BatchLimits {
  std::int64_t most_rows = 32;
  std::int64_t most_bytes = std::int64_t{16} << 20;  ///< of inputs and outputs of one run
};

/// Runs rows of different kinds alone, together, in reverse order and in pairs, and compares each
/// row's answers (compare.h). Rows share runs only if every input and output has a dimension 0 of
/// -1 and the model answers as many rows as it is given; if a row's answer stays, within the
/// tolerance of its datatype, when its neighbor or its place changes and the number of rows does
/// not; and if it is within 200 times that of the answer to the row alone. The latter is wider
/// because one row may take another algorithm than several, whose rounding some networks amplify;
/// no other row's content shows in it. `free` is what samples were made with. Errors: those of the
/// runner that are not about the inputs.
[[nodiscard]] Result<BatchingFinding> probe_batching(Runner& runner, const DimensionNames& names,
                                                     const FreeDimensions& free, std::uint64_t seed,
                                                     const BatchLimits& limits);

}  // namespace glowplug::optimize
