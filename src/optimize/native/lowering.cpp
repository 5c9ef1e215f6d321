#include "optimize/native/lowering.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/native/element_kinds.h"

namespace glowplug::optimize::native {

Error not_known(std::string text) { return Error{Code::unimplemented, std::move(text), {}}; }

Result<ValueId> Lowering::input(std::size_t index) const {
  if (has(index)) return inputs_[index];
  return invalid_argument(fmt::format("{} lacks input {}", type(), index));
}

Result<const Constant*> Lowering::constant(std::size_t index) const {
  GLOWPLUG_ASSIGN(const ValueId value, input(index));
  if (builder_.is_constant(value)) return &builder_.constant(value);
  return not_known(fmt::format("input {} of {} is computed when the model runs", index, type()));
}

Result<std::vector<std::int64_t>> Lowering::constant_integers(std::size_t index) const {
  GLOWPLUG_ASSIGN(const Constant* const found, constant(index));
  if (found->element == Element::int64) return found->values<std::int64_t>();
  return not_known(fmt::format("input {} of {} is not INT64", index, type()));
}

Result<float> Lowering::constant_float(std::size_t index) const {
  GLOWPLUG_ASSIGN(const Constant* const found, constant(index));
  if (found->element == Element::float32 && found->bytes.size() == sizeof(float))
    return found->values<float>()[0];
  return not_known(fmt::format("input {} of {} is not one FP32", index, type()));
}

Result<ValueId> Lowering::as_float(std::size_t index) const {
  GLOWPLUG_ASSIGN(const ValueId value, input(index));
  const Element element = operand(index).element;
  if (element == Element::float32) return value;
  if (element == Element::int64 || element == Element::int32 || element == Element::boolean)
    return builder_.add(Opcode::cast, {value}, {static_cast<std::int64_t>(Element::float32)});
  return not_known(fmt::format("{} of {}", type(), engine::native::name_of(element)));
}

const onnx::Attribute* Lowering::attribute(std::string_view name) {
  asked_.emplace(name);
  return node_.attribute(name);
}

bool Lowering::has_attribute(std::string_view name) { return attribute(name) != nullptr; }

std::int64_t Lowering::integer(std::string_view name, std::int64_t otherwise) {
  const auto* const found = attribute(name);
  return found == nullptr ? otherwise : found->i;
}

float Lowering::real_number(std::string_view name, float otherwise) {
  const auto* const found = attribute(name);
  return found == nullptr ? otherwise : found->f;
}

std::string_view Lowering::text(std::string_view name, std::string_view otherwise) {
  const auto* const found = attribute(name);
  return found == nullptr ? otherwise : found->s;
}

std::span<const std::int64_t> Lowering::integers(std::string_view name) {
  const auto* const found = attribute(name);
  return found == nullptr ? std::span<const std::int64_t>() : found->ints;
}

std::span<const float> Lowering::real_numbers(std::string_view name) {
  const auto* const found = attribute(name);
  return found == nullptr ? std::span<const float>() : found->floats;
}

std::vector<std::string> Lowering::texts(std::string_view name) {
  const auto* const found = attribute(name);
  if (found == nullptr) return {};
  return {found->strings.begin(), found->strings.end()};
}

void Lowering::ignore(std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names) asked_.emplace(name);
}

Result<void> Lowering::check_attributes() const {
  for (const onnx::Attribute& attribute : node_.attributes) {
    if (!asked_.contains(attribute.name))
      return not_known(fmt::format("attribute {} of {}", attribute.name, type()));
  }
  return {};
}

Lower find_lower(std::string_view domain, std::string_view op_type) {
  if (domain == "ai.onnx") domain = {};
  for (const auto rules : {element_rules(), shape_rules(), matrix_rules(), image_rules(),
                           table_rules(), tree_rules()}) {
    const auto found = std::ranges::find_if(rules, [&](const LowerRule& rule) {
      return rule.domain == domain && rule.op_type == op_type;
    });
    if (found != rules.end()) return found->lower;
  }
  return nullptr;
}

Result<std::int64_t> post_transform_named(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames = {"NONE", "LOGISTIC", "SOFTMAX",
                                                             "SOFTMAX_ZERO"};
  const auto found = std::ranges::find(kNames, name);
  if (found == kNames.end()) return not_known(fmt::format("post_transform {}", name));
  return found - kNames.begin();
}

Result<ValueId> class_labels(Lowering& node, std::string_view integer_labels) {
  auto names = node.texts("classlabels_strings");
  const auto numbers = node.integers(integer_labels);
  if (!names.empty()) return node.builder().add_constant(texts(std::move(names)));
  if (!numbers.empty()) return node.builder().add_constant(integers(numbers));
  return not_known(fmt::format("{} without class labels", node.type()));
}

}  // namespace glowplug::optimize::native
