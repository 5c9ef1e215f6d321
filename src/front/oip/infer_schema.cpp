#include "front/oip/infer_schema.h"

#include <algorithm>
#include <string>

namespace glowplug::front::oip {
namespace {

/// Null for what travels as binary data only.
const char* list_named(Datatype datatype) {
  switch (datatype) {
    case Datatype::fp16:
    case Datatype::bf16:
      return nullptr;
    case Datatype::fp32:
    case Datatype::fp64:
      return "#/components/schemas/numbers";
    case Datatype::bool_:
      return "#/components/schemas/booleans";
    case Datatype::bytes:
      return "#/components/schemas/texts";
    default:
      return "#/components/schemas/integers";
  }
}

Json shape_schema(const Shape& shape) {
  Json schema = {{"type", "array"}, {"minItems", shape.size()}, {"maxItems", shape.size()}};
  if (shape.empty()) return schema;
  schema["prefixItems"] = Json::array();
  for (const std::int64_t size : shape) {
    if (size >= 0)
      schema["prefixItems"].push_back({{"const", size}});
    else
      schema["prefixItems"].push_back({{"type", "integer"}, {"minimum", 0}});
  }
  return schema;
}

Json input_schema(const TensorSpec& input) {
  Json properties = {{"name", {{"const", input.name}}},
                     {"datatype", {{"const", name_of(input.datatype)}}},
                     {"shape", shape_schema(input.shape)},
                     {"parameters", {{"$ref", "#/components/schemas/parameters"}}}};
  if (const char* const list = list_named(input.datatype)) properties["data"] = {{"$ref", list}};
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", Json::array({"name", "datatype", "shape"})}};
}

Json output_schema(const TensorSpec& output) {
  Json datatypes = Json::array({name_of(output.datatype)});
  if (output.datatype != Datatype::bytes) datatypes.push_back("BYTES");
  return {{"type", "object"},
          {"properties",
           {{"name", {{"const", output.name}}},
            {"datatype", {{"enum", std::move(datatypes)}}},
            {"shape", {{"$ref", "#/components/schemas/shape"}}},
            {"data", {{"type", "array"}}},
            {"parameters", {{"$ref", "#/components/schemas/parameters"}}}}},
          {"required", Json::array({"name", "datatype", "shape"})}};
}

/// One of the tensors, which differ by their names.
template <class Describe>
Json one_of(const std::vector<TensorSpec>& tensors, Describe describe) {
  if (tensors.size() == 1) return describe(tensors[0]);
  Json forms = Json::array();
  for (const TensorSpec& tensor : tensors) forms.push_back(describe(tensor));
  return {{"oneOf", std::move(forms)}};
}

Json wanted_schema(const Signature& signature) {
  Json names = Json::array();
  for (const TensorSpec& output : signature.outputs) names.push_back(output.name);
  return {{"type", "object"},
          {"properties",
           {{"name", {{"enum", std::move(names)}}},
            {"parameters", {{"$ref", "#/components/schemas/parameters"}}}}},
          {"required", Json::array({"name"})}};
}

}  // namespace

Json infer_request_schema(const Signature& signature) {
  const auto needed = std::ranges::count(signature.inputs, false, &TensorSpec::optional);
  Json inputs = {{"type", "array"},
                 {"items", one_of(signature.inputs, input_schema)},
                 {"minItems", needed},
                 {"maxItems", signature.inputs.size()}};
  return {{"type", "object"},
          {"properties",
           {{"id", {{"type", "string"}}},
            {"parameters", {{"$ref", "#/components/schemas/parameters"}}},
            {"inputs", std::move(inputs)},
            {"outputs", {{"type", "array"}, {"items", wanted_schema(signature)}}}}},
          {"required", Json::array({"inputs"})}};
}

Json infer_response_schema(const Signature& signature) {
  return {{"type", "object"},
          {"properties",
           {{"id", {{"type", "string"}}},
            {"model_name", {{"type", "string"}}},
            {"model_version", {{"type", "string"}}},
            {"parameters", {{"$ref", "#/components/schemas/parameters"}}},
            {"outputs", {{"type", "array"}, {"items", one_of(signature.outputs, output_schema)}}}}},
          {"required", Json::array({"model_name", "outputs"})}};
}

}  // namespace glowplug::front::oip
