#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "bundle/sample.h"
#include "model/runner.h"
#include "optimize/generate_inputs.h"

namespace glowplug::optimize {

/// One sample with what the portable form answered.
struct AnsweredSample {
  std::string name;  ///< of samples/NAME.json: "0-unit", "1-zero", "2-wide", "3-rows"
  Inputs inputs;
  std::vector<Tensor> answers;  ///< one an output
};

struct SampleSet {
  std::vector<AnsweredSample> samples;  ///< may be empty: then `note` says why
  FreeDimensions free;                  ///< with which they were made; one row
  std::string note;           ///< why some are missing, in the engine's words; empty: none is
  bool rows_refused = false;  ///< the model refused the sample with several rows
};

/// Makes up inputs and keeps those that the model answers. Dimensions that the file leaves open are
/// tried as 8, 32, 224, 1 and 512. A model with rows of more than 64 KiB gets one row a sample, one
/// with rows of more than 1 MiB one sample. Errors: those of the runner that are not about the
/// inputs (instance_lost, deadline_exceeded …).
[[nodiscard]] Result<SampleSet> make_samples(Runner& runner, const DimensionNames& names,
                                             std::uint64_t seed);

/// Whether an error of Runner::run means "these inputs are not for this model".
[[nodiscard]] bool refuses_inputs(const Error& error);

[[nodiscard]] bundle::Sample to_sample(const AnsweredSample& sample, const Signature& signature);

}  // namespace glowplug::optimize
