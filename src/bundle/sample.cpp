#include "bundle/sample.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "bundle/json_fields.h"

namespace glowplug::bundle {
namespace {

constexpr int kSampleSchema = 1;

}  // namespace

Json to_json(const Sample& sample) {
  return {{"schema", kSampleSchema}, {"request", {{"inputs", to_json(sample.inputs)}}}};
}

Result<Sample> sample_from_json(const Json& json) {
  static constexpr std::array<std::string_view, 2> kKeys = {"request", "schema"};
  static constexpr std::array<std::string_view, 1> kRequestKeys = {"inputs"};
  GLOWPLUG_TRY(check_schema(json, kSampleSchema));
  GLOWPLUG_TRY(check_keys(json, kKeys, {}));
  const Json& request = json["request"];
  if (auto keys = check_keys(request, kRequestKeys, {}); !keys)
    return std::move(keys).error().in("\"request\"");
  Sample sample;
  GLOWPLUG_ASSIGN(sample.inputs, named_tensors_from_json(request["inputs"]));
  return sample;
}

Result<std::vector<std::optional<Tensor>>> inputs_of(const Sample& sample,
                                                     const Signature& signature) {
  std::vector<std::optional<Tensor>> inputs(signature.inputs.size());
  for (const NamedTensor& input : sample.inputs) {
    const auto index = signature.input_named(input.name);
    if (!index)
      return invalid_argument(fmt::format("the model has no input {}; expected {}",
                                          quote_json(input.name), signature.describe()));
    GLOWPLUG_TRY(
        check_against(signature.inputs[*index], input.tensor.datatype, input.tensor.shape));
    inputs[*index] = input.tensor;
  }
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i] && !signature.inputs[i].optional)
      return invalid_argument(fmt::format("input \"{}\" is missing; expected {}",
                                          signature.inputs[i].name, signature.describe()));
  }
  return inputs;
}

}  // namespace glowplug::bundle
