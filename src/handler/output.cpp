#include "handler/output.h"

#include <fmt/format.h>

#include "handler/output_kinds.h"
#include "handler/spec_reader.h"

namespace glowplug::handler {
namespace {

bool is_float(Datatype datatype) {
  return datatype == Datatype::fp32 || datatype == Datatype::fp64 || datatype == Datatype::fp16 ||
         datatype == Datatype::bf16;
}

Error no_such_output(const std::string& key, const std::string& name, const Signature& signature) {
  return invalid_argument(
      fmt::format("output.{} is \"{}\"; the model gives {}", key, name, signature.describe()));
}

}  // namespace

std::size_t values_in_row(const TensorSpec& output) {
  std::size_t count = 1;
  for (std::size_t i = 1; i < output.shape.size(); ++i) {
    if (output.shape[i] < 0) return 0;
    count *= static_cast<std::size_t>(output.shape[i]);
  }
  return count;
}

Result<std::size_t> output_index(const SpecReader& spec, const char* key,
                                 const Signature& signature) {
  if (spec.has(key)) {
    GLOWPLUG_ASSIGN(const std::string name, spec.text(key, ""));
    const auto index = signature.output_named(name);
    if (!index) return no_such_output(key, name, signature);
    return *index;
  }
  std::optional<std::size_t> only;
  for (std::size_t i = 0; i < signature.outputs.size(); ++i) {
    if (!is_float(signature.outputs[i].datatype)) continue;
    if (only)
      return invalid_argument(fmt::format("output.{} must name one of the model's outputs: {}", key,
                                          signature.describe()));
    only = i;
  }
  if (only) return *only;
  if (signature.outputs.size() == 1) return std::size_t{0};
  return invalid_argument(
      fmt::format("output.{} must name one of the model's outputs: {}", key, signature.describe()));
}

Result<std::unique_ptr<Output>> make_output(const Json& spec, const Signature& signature) {
  if (spec.is_null()) return std::unique_ptr<Output>();
  const SpecReader reader(spec, "output");
  if (!spec.is_object()) return invalid_argument("output must be an object");
  GLOWPLUG_ASSIGN(const std::string type, reader.choice("type", "tensors",
                                                        {"tensors", "label", "labels", "number",
                                                         "embedding", "boxes", "series"}));
  if (type == "label" || type == "labels") return make_class_output(reader, type, signature);
  if (type == "boxes") return make_box_output(reader, signature);
  if (type == "tensors") {
    GLOWPLUG_TRY(reader.only({"type"}));
    return std::unique_ptr<Output>();
  }
  return make_number_output(reader, type, signature);
}

Json schema_of_object(Json properties) {
  Json required = Json::array();
  for (const auto& [name, schema] : properties.items()) required.push_back(name);
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Result<const Tensor*> answered(const RowOutputs& outputs, std::size_t run, std::size_t index) {
  if (run >= outputs.runs.size() || index >= outputs.runs[run].size())
    return Error{Code::internal, "the model gave fewer outputs than its signature says", {}};
  return &outputs.runs[run][index];
}

}  // namespace glowplug::handler
