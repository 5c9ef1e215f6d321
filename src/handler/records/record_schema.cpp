#include "handler/records/record_schema.h"

#include <algorithm>
#include <limits>

#include "handler/records/record_list.h"

namespace glowplug::handler::records {
namespace {

template <class Integer>
Json bounded() {
  return {{"type", "integer"},
          {"minimum", std::numeric_limits<Integer>::min()},
          {"maximum", std::numeric_limits<Integer>::max()}};
}

bool is_float(Datatype datatype) {
  return datatype == Datatype::fp32 || datatype == Datatype::fp64 || datatype == Datatype::fp16 ||
         datatype == Datatype::bf16;
}

Json any_of(Json first, Json second) {
  return {{"anyOf", Json::array({std::move(first), std::move(second)})}};
}

/// Without the rows; a bare value will do where there is one.
Json value_schema(const TensorSpec& input, bool rows) {
  const auto shape = std::span(input.shape).subspan(rows ? 1 : 0);
  Json element = element_schema(input.datatype);
  Json nested = nested_schema(shape, element);
  const bool one = std::ranges::all_of(shape, [](std::int64_t size) { return size == 1; });
  return one && !shape.empty() ? any_of(std::move(element), std::move(nested)) : nested;
}

/// One float for each class, by its name.
Json scores_by_name(const std::vector<std::string>& labels) {
  Json schema = {{"type", "object"}};
  if (labels.size() > kMostListedNames) {
    schema["additionalProperties"] = score_schema();
    return schema;
  }
  Json names = Json::object();
  for (const std::string& label : labels) names[label] = score_schema();
  schema["required"] = Json::array();
  for (const auto& [label, score] : names.items()) schema["required"].push_back(label);
  schema["properties"] = std::move(names);
  schema["additionalProperties"] = false;
  return schema;
}

Json answered_element(const TensorSpec& output) {
  if (is_float(output.datatype)) return score_schema();
  if (output.datatype == Datatype::bool_) return {{"type", "boolean"}};
  if (output.datatype == Datatype::bytes) return {{"type", "string"}};
  if (output.labels.empty()) return {{"type", "integer"}};
  return any_of(label_schema(output.labels), {{"type", "integer"}});
}

Json answered_schema(const TensorSpec& output, bool by_row) {
  const auto shape = std::span(output.shape).subspan(by_row ? 1 : 0);
  Json element = answered_element(output);
  const bool named =
      !shape.empty() && !output.labels.empty() && is_float(output.datatype) &&
      (shape.back() == -1 || shape.back() == static_cast<std::int64_t>(output.labels.size()));
  if (named) {
    Json by_name = scores_by_name(output.labels);
    if (shape.back() == -1)
      by_name = any_of(std::move(by_name), {{"type", "array"}, {"items", element}});
    return nested_schema(shape.first(shape.size() - 1), by_name);
  }
  if (by_row && shape.size() == 1 && shape[0] == 1) return element;
  // What has a free size may turn out to have one element, which is written bare.
  if (by_row && shape.size() == 1 && shape[0] == -1)
    return any_of(nested_schema(shape, element), element);
  return nested_schema(shape, element);
}

}  // namespace

Json element_schema(Datatype datatype) {
  switch (datatype) {
    case Datatype::bool_:
      return {{"type", "boolean"}};
    case Datatype::bytes:
      return {{"type", "string"}};
    case Datatype::uint8:
      return bounded<std::uint8_t>();
    case Datatype::uint16:
      return bounded<std::uint16_t>();
    case Datatype::uint32:
      return bounded<std::uint32_t>();
    case Datatype::uint64:
      return {{"type", "integer"}, {"minimum", 0}};
    case Datatype::int8:
      return bounded<std::int8_t>();
    case Datatype::int16:
      return bounded<std::int16_t>();
    case Datatype::int32:
      return bounded<std::int32_t>();
    case Datatype::int64:
      return {{"type", "integer"}};
    case Datatype::fp32:
    case Datatype::fp64:
      return {{"type", "number"}};
    case Datatype::fp16:
    case Datatype::bf16:
      break;
  }
  return {{"not", Json::object()}, {"description", "a half float travels as binary data only"}};
}

Json nested_schema(std::span<const std::int64_t> shape, const Json& element) {
  Json schema = element;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    schema = {{"type", "array"}, {"items", std::move(schema)}};
    if (shape[axis] >= 0) schema["minItems"] = schema["maxItems"] = shape[axis];
  }
  return schema;
}

Json record_schema(const Signature& signature) {
  const bool rows = has_rows(signature);
  Json fields = {
      {"type", "object"}, {"properties", Json::object()}, {"additionalProperties", false}};
  Json required = Json::array();
  for (const TensorSpec& input : signature.inputs) {
    fields["properties"][input.name] = value_schema(input, rows);
    if (!input.optional) required.push_back(input.name);
  }
  if (!required.empty()) fields["required"] = std::move(required);
  if (signature.inputs.size() != 1) return fields;
  return any_of(value_schema(signature.inputs[0], rows), std::move(fields));
}

Json records_schema(const Signature& signature, const Json& record) {
  Json list = {{"type", "array"}, {"items", record}, {"minItems", 1}};
  if (!has_rows(signature)) list["maxItems"] = 1;
  Json forms = Json::array({record, list});
  if (!signature.input_named("instances"))
    forms.push_back({{"type", "object"},
                     {"properties", {{"instances", list}}},
                     {"required", Json::array({"instances"})},
                     {"additionalProperties", false}});
  return {{"anyOf", std::move(forms)}};
}

bool predicts_by_row(const Signature& signature) {
  return has_rows(signature) &&
         std::ranges::all_of(signature.outputs, [](const TensorSpec& output) {
           return !output.shape.empty() && output.shape[0] == -1;
         });
}

Json prediction_schema(const Signature& signature, bool by_row) {
  if (signature.outputs.size() == 1) return answered_schema(signature.outputs[0], by_row);
  Json schema = {{"type", "object"},
                 {"properties", Json::object()},
                 {"required", Json::array()},
                 {"additionalProperties", false}};
  for (const TensorSpec& output : signature.outputs) {
    schema["properties"][output.name] = answered_schema(output, by_row);
    schema["required"].push_back(output.name);
  }
  return schema;
}

Json predictions_schema(const Json& prediction) {
  return {{"type", "object"},
          {"properties", {{"predictions", {{"type", "array"}, {"items", prediction}}}}},
          {"required", Json::array({"predictions"})},
          {"additionalProperties", false}};
}

Json label_schema(std::span<const std::string> labels) {
  if (labels.empty() || labels.size() > kMostListedNames) return {{"type", "string"}};
  Json names = Json::array();
  for (const std::string& label : labels)
    if (std::ranges::find(names, Json(label)) == names.end()) names.push_back(label);
  return {{"type", "string"}, {"enum", std::move(names)}};
}

Json score_schema() { return {{"type", Json::array({"number", "null"})}}; }

}  // namespace glowplug::handler::records
