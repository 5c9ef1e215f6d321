#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "model/signature.h"
#include "model/tensor.h"
#include "model/tensor_json.h"

namespace glowplug::bundle {

/// A request that the model answers: for warm-up, for comparing two forms, for a first curl line.
/// samples/NAME.json:
///
///     {"schema": 1, "request": {"inputs": [{"name", "datatype", "shape", "data"}, …]}}
///
/// `request` is the body of POST /v2/models/…/infer wherever no input needs "base64"
/// (model/tensor_json.h). There are no answers in it: their last bits depend on the CPU and would
/// make the digest depend on the machine; export keeps them in records/.
struct Sample {
  std::vector<NamedTensor> inputs;
};

[[nodiscard]] Json to_json(const Sample& sample);
/// Errors: invalid_argument naming the key or tensor; failed_precondition (newer schema).
[[nodiscard]] Result<Sample> sample_from_json(const Json& json);
/// The inputs in signature order, nullopt for an optional one left out, as Runner::run takes them.
/// Errors: invalid_argument (an input missing, unknown, or of the wrong datatype or shape).
[[nodiscard]] Result<std::vector<std::optional<Tensor>>> inputs_of(const Sample& sample,
                                                                   const Signature& signature);

}  // namespace glowplug::bundle
