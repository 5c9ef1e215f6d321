#include "model/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace glowplug {
namespace {

std::optional<std::size_t> position_of(const std::vector<TensorSpec>& specs,
                                       std::string_view name) {
  const auto found = std::find_if(specs.begin(), specs.end(),
                                  [name](const TensorSpec& spec) { return spec.name == name; });
  if (found == specs.end()) return std::nullopt;
  return static_cast<std::size_t>(found - specs.begin());
}

std::string list(const std::vector<TensorSpec>& specs) {
  std::string text;
  for (const TensorSpec& spec : specs) {
    text += fmt::format("{}{} {}{}{}", text.empty() ? "" : ", ", spec.name, name_of(spec.datatype),
                        to_string(spec.shape), spec.optional ? "?" : "");
  }
  return text;
}

Json specs_to_json(const std::vector<TensorSpec>& specs) {
  Json list = Json::array();
  for (const TensorSpec& spec : specs) {
    Json one = {{"name", spec.name}, {"datatype", name_of(spec.datatype)}, {"shape", spec.shape}};
    if (spec.optional) one["optional"] = true;
    if (!spec.labels.empty()) one["labels"] = spec.labels;
    list.push_back(std::move(one));
  }
  return list;
}

Error bad(const std::string& what) {
  return Error{Code::invalid_argument, "signature: " + what, {}};
}

Result<Shape> shape_from_json(const Json& json) {
  if (!json.is_array() || json.size() > 8)
    return bad("\"shape\" must be an array of at most 8 integers");
  Shape shape;
  for (const Json& dimension : json) {
    if (!dimension.is_number_integer() || dimension.get<std::int64_t>() < -1)
      return bad("a dimension must be an integer of at least -1");
    shape.push_back(dimension.get<std::int64_t>());
  }
  return shape;
}

Result<std::vector<std::string>> labels_from_json(const Json& json) {
  if (!json.is_array()) return bad("\"labels\" must be an array of strings");
  std::vector<std::string> labels;
  for (const Json& label : json) {
    if (!label.is_string()) return bad("\"labels\" must be an array of strings");
    labels.push_back(label.get<std::string>());
  }
  return labels;
}

bool has_control_characters(std::string_view name) {
  return std::any_of(name.begin(), name.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

Result<TensorSpec> spec_from_json(const Json& json) {
  if (!json.is_object()) return bad("an input or output must be an object");
  TensorSpec spec;
  for (const auto& [key, value] : json.items()) {
    if (key == "name" && value.is_string()) {
      spec.name = value.get<std::string>();
      if (has_control_characters(spec.name))
        return bad(fmt::format("the name {} has control characters, which would reach terminals",
                               quote_json(spec.name)));
    } else if (key == "datatype" && value.is_string()) {
      const auto datatype = datatype_named(value.get<std::string>());
      if (!datatype) return bad("unknown datatype \"" + value.get<std::string>() + "\"");
      spec.datatype = *datatype;
    } else if (key == "shape") {
      GLOWPLUG_ASSIGN(spec.shape, shape_from_json(value));
    } else if (key == "optional" && value.is_boolean()) {
      spec.optional = value.get<bool>();
    } else if (key == "labels") {
      GLOWPLUG_ASSIGN(spec.labels, labels_from_json(value));
    } else {
      return bad(fmt::format("key \"{}\" is unknown or of the wrong type", key));
    }
  }
  for (const char* key : {"name", "datatype", "shape"}) {
    if (!json.contains(key)) return bad(fmt::format("an input or output lacks \"{}\"", key));
  }
  return spec;
}

Result<std::vector<TensorSpec>> specs_from_json(const Json& json, const char* key) {
  if (!json.contains(key) || !json[key].is_array())
    return bad(fmt::format("\"{}\" must be an array", key));
  std::vector<TensorSpec> specs;
  std::set<std::string> names;
  for (const Json& one : json[key]) {
    GLOWPLUG_ASSIGN(TensorSpec spec, spec_from_json(one));
    if (!names.insert(spec.name).second)
      return bad(fmt::format("\"{}\" stands twice in \"{}\"", spec.name, key));
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace

std::optional<std::size_t> Signature::input_named(std::string_view name) const {
  return position_of(inputs, name);
}
std::optional<std::size_t> Signature::output_named(std::string_view name) const {
  return position_of(outputs, name);
}
std::string Signature::describe() const { return list(inputs) + " -> " + list(outputs); }

Result<void> check_against(const TensorSpec& spec, Datatype datatype,
                           std::span<const std::int64_t> shape) {
  const auto refuse = [&](const std::string& why) {
    return Error{Code::invalid_argument,
                 fmt::format("input \"{}\" {}; expected {}{}", spec.name, why,
                             name_of(spec.datatype), to_string(spec.shape)),
                 {}};
  };
  if (datatype != spec.datatype) return refuse(fmt::format("is {}", name_of(datatype)));
  if (shape.size() != spec.shape.size())
    return refuse(fmt::format("has shape {}", to_string(shape)));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (spec.shape[i] >= 0 && spec.shape[i] != shape[i])
      return refuse(fmt::format("has shape {}", to_string(shape)));
  }
  return {};
}

Json to_json(const Signature& signature) {
  return {{"inputs", specs_to_json(signature.inputs)},
          {"outputs", specs_to_json(signature.outputs)},
          {"max_batch", signature.max_batch}};
}

Result<Signature> signature_from_json(const Json& json) {
  if (!json.is_object()) return bad("must be an object");
  for (const auto& [key, value] : json.items()) {
    if (key != "inputs" && key != "outputs" && key != "max_batch")
      return bad(fmt::format("unknown key \"{}\"", key));
  }
  Signature signature;
  GLOWPLUG_ASSIGN(signature.inputs, specs_from_json(json, "inputs"));
  GLOWPLUG_ASSIGN(signature.outputs, specs_from_json(json, "outputs"));
  const Json batch = json.value("max_batch", Json(0));
  if (!batch.is_number_integer() || batch.get<std::int64_t>() < 0)
    return bad("\"max_batch\" must be an integer of at least 0");
  signature.max_batch = batch.get<std::int64_t>();
  return signature;
}

}  // namespace glowplug
