#include "model/onnx/signature.h"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "base/utf8.h"
#include "model/onnx/class_labels.h"

namespace glowplug::onnx {
namespace {

std::optional<Datatype> datatype_of(ElementType type) {
  switch (type) {
    case ElementType::float32:
      return Datatype::fp32;
    case ElementType::uint8:
      return Datatype::uint8;
    case ElementType::int8:
      return Datatype::int8;
    case ElementType::uint16:
      return Datatype::uint16;
    case ElementType::int16:
      return Datatype::int16;
    case ElementType::int32:
      return Datatype::int32;
    case ElementType::int64:
      return Datatype::int64;
    case ElementType::string:
      return Datatype::bytes;
    case ElementType::boolean:
      return Datatype::bool_;
    case ElementType::float16:
      return Datatype::fp16;
    case ElementType::float64:
      return Datatype::fp64;
    case ElementType::uint32:
      return Datatype::uint32;
    case ElementType::uint64:
      return Datatype::uint64;
    case ElementType::bfloat16:
      return Datatype::bf16;
    default:
      return std::nullopt;
  }
}

/// "input" or "output" with the value's name, for errors.
std::string describe(std::string_view side, const ValueInfo& value) {
  return fmt::format("{} \"{}\"", side, value.name);
}

Error unsupported(std::string_view side, const ValueInfo& value, std::string_view what,
                  std::string fix) {
  return Error{Code::unimplemented, fmt::format("{} {}", describe(side, value), what),
               std::move(fix)};
}

Result<void> check_kind(std::string_view side, const ValueInfo& value) {
  using Kind = ValueInfo::Kind;
  constexpr const char* kZipMap =
      "export a scikit-learn classifier with options={\"zipmap\": False}, so that its "
      "probabilities are a tensor";
  switch (value.kind) {
    case Kind::tensor:
      return {};
    case Kind::none:
      return Error{Code::invalid_argument, describe(side, value) + " has no type", {}};
    case Kind::sequence:
      return unsupported(side, value, "is a sequence; expected a tensor", kZipMap);
    case Kind::map:
      return unsupported(side, value, "is a map; expected a tensor", kZipMap);
    case Kind::opaque:
      return unsupported(side, value, "is of an opaque type; expected a tensor", {});
    case Kind::sparse_tensor:
      return unsupported(side, value, "is a sparse tensor; expected a dense one",
                         "export the model with a dense " + std::string(side));
    case Kind::optional:
      return unsupported(side, value, "is an optional value; expected a tensor", {});
  }
  return {};
}

Result<Shape> shape_of(std::string_view side, const ValueInfo& value) {
  if (!value.has_shape)
    return unsupported(side, value, "does not say how many dimensions it has",
                       "run onnx.shape_inference.infer_shapes on the model and save it again");
  Shape shape;
  for (const Dimension& dimension : value.shape) {
    // Exporters write a dimension that may be anything as a symbol, as nothing, or as -1.
    const std::int64_t size = dimension.value.value_or(-1);
    if (size < -1)
      return Error{Code::invalid_argument,
                   fmt::format("{} has a dimension of {}", describe(side, value), size),
                   {}};
    shape.push_back(size);
  }
  return shape;
}

Result<TensorSpec> spec_of(std::string_view side, const ValueInfo& value) {
  if (value.name.empty() || !is_utf8(value.name))
    return Error{Code::invalid_argument, fmt::format("an {} has no readable name", side), {}};
  GLOWPLUG_TRY(check_kind(side, value));
  const auto datatype = datatype_of(value.type);
  if (!datatype)
    return unsupported(side, value,
                       fmt::format("has ONNX element type {}, which the Open Inference Protocol "
                                   "does not carry",
                                   static_cast<int>(value.type)),
                       "add a Cast to FLOAT or FLOAT16 at the model's edge");
  GLOWPLUG_ASSIGN(Shape shape, shape_of(side, value));
  return TensorSpec{std::string(value.name), *datatype, std::move(shape), false, {}};
}

Result<void> check_apart(std::string_view side, const std::vector<TensorSpec>& specs) {
  std::set<std::string_view> names;
  for (const TensorSpec& spec : specs) {
    if (!names.insert(spec.name).second)
      return Error{
          Code::invalid_argument, fmt::format("{} \"{}\" stands twice", side, spec.name), {}};
  }
  return {};
}

Result<std::vector<TensorSpec>> inputs_of(const Model& model) {
  constexpr std::int64_t kFirstWithoutWeightInputs = 4;
  std::set<std::string_view> weights;
  for (const TensorProto& tensor : model.graph.initializers) weights.insert(tensor.name);
  std::vector<TensorSpec> specs;
  for (const ValueInfo& value : model.graph.inputs) {
    const bool has_default = weights.contains(value.name);
    if (has_default && model.ir_version < kFirstWithoutWeightInputs) continue;
    GLOWPLUG_ASSIGN(TensorSpec spec, spec_of("input", value));
    spec.optional = has_default;
    specs.push_back(std::move(spec));
  }
  GLOWPLUG_TRY(check_apart("input", specs));
  return specs;
}

Result<std::vector<TensorSpec>> outputs_of(const Model& model) {
  if (model.graph.outputs.empty())
    return Error{Code::invalid_argument, "the model has no output", {}};
  const auto labels = class_labels(model);
  std::vector<TensorSpec> specs;
  for (const ValueInfo& value : model.graph.outputs) {
    GLOWPLUG_ASSIGN(TensorSpec spec, spec_of("output", value));
    if (const auto found = labels.find(spec.name); found != labels.end())
      spec.labels = found->second;
    specs.push_back(std::move(spec));
  }
  GLOWPLUG_TRY(check_apart("output", specs));
  return specs;
}

}  // namespace

Result<Signature> signature_of_onnx(const Model& model) {
  Signature signature;
  GLOWPLUG_ASSIGN(signature.inputs, inputs_of(model));
  GLOWPLUG_ASSIGN(signature.outputs, outputs_of(model));
  return signature;
}

}  // namespace glowplug::onnx
