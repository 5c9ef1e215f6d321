#include "front/oip/request_outputs.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::front::oip {
namespace {

bool is_half(Datatype datatype) { return datatype == Datatype::fp16 || datatype == Datatype::bf16; }

Result<void> check_form(const RequestedOutput& output, const TensorSpec& spec) {
  if (output.classification > 0) {
    if (is_half(spec.datatype) || spec.datatype == Datatype::bytes ||
        spec.datatype == Datatype::bool_)
      return invalid_argument(fmt::format("output \"{}\" is {}, which cannot be classified",
                                          spec.name, name_of(spec.datatype)));
    return {};
  }
  if (!output.binary && is_half(spec.datatype))
    return invalid_argument(
        fmt::format("output \"{}\" is {}, which has no JSON form; ask for it with "
                    "\"parameters\": {{\"binary_data\": true}}",
                    spec.name, name_of(spec.datatype)));
  return {};
}

Result<RequestedOutput> read_one(const EnvelopeOutput& listed, bool binary,
                                 const Signature& signature) {
  const auto index = signature.output_named(listed.name);
  if (!index)
    return invalid_argument(fmt::format("there is no output \"{}\"; the model is {}", listed.name,
                                        signature.describe()));
  return RequestedOutput{*index, listed.binary.value_or(binary), listed.classification.value_or(0)};
}

std::vector<RequestedOutput> all_outputs(bool binary, const Signature& signature) {
  std::vector<RequestedOutput> outputs;
  outputs.reserve(signature.outputs.size());
  for (std::size_t i = 0; i < signature.outputs.size(); ++i) outputs.push_back({i, binary, 0});
  return outputs;
}

}  // namespace

Result<std::vector<RequestedOutput>> requested_outputs(std::span<const EnvelopeOutput> listed,
                                                       bool binary, const Signature& signature) {
  std::vector<RequestedOutput> outputs;
  if (listed.empty()) outputs = all_outputs(binary, signature);
  for (const EnvelopeOutput& one : listed) {
    GLOWPLUG_ASSIGN(const RequestedOutput output, read_one(one, binary, signature));
    const bool twice = std::any_of(outputs.begin(), outputs.end(), [&](const RequestedOutput& o) {
      return o.index == output.index;
    });
    if (twice) return invalid_argument(fmt::format("output \"{}\" is asked for twice", one.name));
    outputs.push_back(output);
  }
  for (const RequestedOutput& output : outputs)
    GLOWPLUG_TRY(check_form(output, signature.outputs[output.index]));
  return outputs;
}

}  // namespace glowplug::front::oip
