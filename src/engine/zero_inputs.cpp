#include "engine/zero_inputs.h"

namespace glowplug::engine {
namespace {

Tensor zeros(const TensorSpec& spec) {
  Tensor tensor{spec.datatype, spec.shape, {}};
  for (std::int64_t& dimension : tensor.shape) dimension = dimension < 0 ? 1 : dimension;
  const std::size_t count = element_count(tensor.shape) ? *element_count(tensor.shape) : 0;
  // A text element without letters is its length alone.
  const std::size_t size = spec.datatype == Datatype::bytes ? 4 : element_size(spec.datatype);
  tensor.bytes.resize(count * size);
  return tensor;
}

}  // namespace

std::vector<std::optional<Tensor>> zero_inputs(const Signature& signature) {
  std::vector<std::optional<Tensor>> inputs;
  inputs.reserve(signature.inputs.size());
  for (const TensorSpec& spec : signature.inputs)
    inputs.push_back(spec.optional ? std::nullopt : std::optional(zeros(spec)));
  return inputs;
}

}  // namespace glowplug::engine
