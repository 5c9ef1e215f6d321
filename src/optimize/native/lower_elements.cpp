// Operators of ai.onnx on each element, reductions, softmax.
#include <fmt/format.h>

#include <array>
#include <limits>

#include "engine/native/element_kinds.h"
#include "optimize/native/lowering.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::Binary;
using engine::native::Reduction;
using engine::native::Unary;
using Values = Result<std::vector<ValueId>>;

Values one(Result<ValueId> value) {
  if (!value) return std::move(value).error();
  return std::vector<ValueId>{*value};
}

Values unary(Lowering& node, Unary kind, float a = 0, float b = 0) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  return one(
      node.builder().add(Opcode::unary, {x}, {static_cast<std::int64_t>(kind), real(a), real(b)}));
}
template <Unary Kind>
Values plain_unary(Lowering& node) {
  return unary(node, Kind);
}

Values binary_of(Lowering& node, Binary kind, ValueId x, ValueId y) {
  return one(node.builder().add(Opcode::binary, {x, y}, {static_cast<std::int64_t>(kind)}));
}
template <Binary Kind>
Values plain_binary(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  GLOWPLUG_ASSIGN(const ValueId y, node.input(1));
  return binary_of(node, Kind, x, y);
}

Values lower_add(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId fused, fuse_bias(node));
  if (fused != kNoValue) return std::vector<ValueId>{fused};
  return plain_binary<Binary::add>(node);
}

/// Sum, Max and Min take any number of inputs.
template <Binary Kind>
Values several(Lowering& node) {
  GLOWPLUG_ASSIGN(ValueId sum, node.input(0));
  for (std::size_t i = 1; i < node.input_count(); ++i) {
    GLOWPLUG_ASSIGN(const ValueId next, node.input(i));
    GLOWPLUG_ASSIGN(const auto added, binary_of(node, Kind, sum, next));
    sum = added[0];
  }
  return std::vector<ValueId>{sum};
}

/// The exponent may be of another type.
Values lower_pow(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  GLOWPLUG_ASSIGN(ValueId y, node.input(1));
  if (node.operand(1).element != node.operand(0).element) {
    GLOWPLUG_ASSIGN(y, node.builder().add(Opcode::cast, {y},
                                          {static_cast<std::int64_t>(node.operand(0).element)}));
  }
  return binary_of(node, Binary::power, x, y);
}

Values lower_relu(Lowering& node) {
  constexpr float kEnd = std::numeric_limits<float>::infinity();
  GLOWPLUG_ASSIGN(const ValueId fused, fuse_clamp(node, 0, kEnd));
  if (fused != kNoValue) return std::vector<ValueId>{fused};
  return unary(node, Unary::relu);
}

Values lower_clip(Lowering& node) {
  float low = node.real_number("min", std::numeric_limits<float>::lowest());
  float high = node.real_number("max", std::numeric_limits<float>::max());
  if (node.has(1)) {
    GLOWPLUG_ASSIGN(low, node.constant_float(1));
  }
  if (node.has(2)) {
    GLOWPLUG_ASSIGN(high, node.constant_float(2));
  }
  GLOWPLUG_ASSIGN(const ValueId fused, fuse_clamp(node, low, high));
  if (fused != kNoValue) return std::vector<ValueId>{fused};
  return unary(node, Unary::clip, low, high);
}

Values lower_leaky_relu(Lowering& node) {
  return unary(node, Unary::leaky_relu, node.real_number("alpha", 0.01F));
}
Values lower_elu(Lowering& node) { return unary(node, Unary::elu, node.real_number("alpha", 1)); }
Values lower_hard_sigmoid(Lowering& node) {
  const float alpha = node.real_number("alpha", 0.2F);
  return unary(node, Unary::hard_sigmoid, alpha, node.real_number("beta", 0.5F));
}

Values lower_is_nan(Lowering& node) { return unary(node, Unary::is_nan); }

Values lower_identity(Lowering& node) { return one(node.input(0)); }

Values lower_dropout(Lowering& node) {
  node.ignore({"ratio", "seed", "is_test"});
  if (node.has(2)) return not_known("Dropout with training_mode");
  if (node.output_count() > 1) return not_known("Dropout with a mask");
  return one(node.input(0));
}

Values lower_cast(Lowering& node) {
  node.ignore({"saturate"});
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  GLOWPLUG_ASSIGN(const Element to,
                  element_of(static_cast<onnx::ElementType>(node.integer("to", 0))));
  if (node.operand(0).element == to) return std::vector<ValueId>{x};
  if (to == Element::text || node.operand(0).element == Element::text)
    return not_known("Cast of text");
  return one(node.builder().add(Opcode::cast, {x}, {static_cast<std::int64_t>(to)}));
}

Values lower_where(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId condition, node.input(0));
  GLOWPLUG_ASSIGN(const ValueId x, node.input(1));
  GLOWPLUG_ASSIGN(const ValueId y, node.input(2));
  return one(node.builder().add(Opcode::select, {condition, x, y}, {}));
}

/// Before opset 13 all dimensions from `axis` on counted as one.
Values softmax(Lowering& node, bool logarithm) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  const bool is_old = node.opset() < 13;
  const std::int64_t axis = node.integer("axis", is_old ? 1 : -1);
  return one(node.builder().add(Opcode::softmax, {x}, {axis, is_old ? -1 : axis, logarithm}));
}
Values lower_softmax(Lowering& node) { return softmax(node, false); }
Values lower_log_softmax(Lowering& node) { return softmax(node, true); }

template <Reduction Kind>
Values reduction(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  const auto given = node.integers("axes");
  std::vector<std::int64_t> axes(given.begin(), given.end());
  if (node.has(1)) {
    GLOWPLUG_ASSIGN(axes, node.constant_integers(1));
  }
  if (axes.empty() && node.integer("noop_with_empty_axes", 0) != 0) return std::vector<ValueId>{x};
  std::vector<std::int64_t> parameters = {static_cast<std::int64_t>(Kind),
                                          node.integer("keepdims", 1)};
  parameters.insert(parameters.end(), axes.begin(), axes.end());
  return one(node.builder().add(Opcode::reduce, {x}, std::move(parameters)));
}

Values arg_extreme(Lowering& node, bool least) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  const std::int64_t axis = node.integer("axis", 0);
  const std::int64_t keep = node.integer("keepdims", 1);
  const std::int64_t last = node.integer("select_last_index", 0);
  return one(node.builder().add(Opcode::arg_extreme, {x}, {axis, keep, least, last}));
}
Values lower_arg_max(Lowering& node) { return arg_extreme(node, false); }
Values lower_arg_min(Lowering& node) { return arg_extreme(node, true); }

}  // namespace

std::span<const LowerRule> element_rules() {
  static constexpr LowerRule kRules[] = {
      {"", "Abs", plain_unary<Unary::absolute>},
      {"", "Add", lower_add},
      {"", "And", plain_binary<Binary::logical_and>},
      {"", "ArgMax", lower_arg_max},
      {"", "ArgMin", lower_arg_min},
      {"", "Cast", lower_cast},
      {"", "Ceil", plain_unary<Unary::ceiling>},
      {"", "Clip", lower_clip},
      {"", "Div", plain_binary<Binary::divide>},
      {"", "Dropout", lower_dropout},
      {"", "Elu", lower_elu},
      {"", "Equal", plain_binary<Binary::equal>},
      {"", "Erf", plain_unary<Unary::error_function>},
      {"", "Exp", plain_unary<Unary::exponential>},
      {"", "Floor", plain_unary<Unary::floor>},
      {"", "Greater", plain_binary<Binary::greater>},
      {"", "GreaterOrEqual", plain_binary<Binary::greater_or_equal>},
      {"", "HardSigmoid", lower_hard_sigmoid},
      {"", "Identity", lower_identity},
      {"", "IsNaN", lower_is_nan},
      {"", "LeakyRelu", lower_leaky_relu},
      {"", "Less", plain_binary<Binary::less>},
      {"", "LessOrEqual", plain_binary<Binary::less_or_equal>},
      {"", "Log", plain_unary<Unary::logarithm>},
      {"", "LogSoftmax", lower_log_softmax},
      {"", "Max", several<Binary::maximum>},
      {"", "Min", several<Binary::minimum>},
      {"", "Mul", plain_binary<Binary::multiply>},
      {"", "Neg", plain_unary<Unary::negate>},
      {"", "Not", plain_unary<Unary::logical_not>},
      {"", "Or", plain_binary<Binary::logical_or>},
      {"", "PRelu", plain_binary<Binary::prelu>},
      {"", "Pow", lower_pow},
      {"", "Reciprocal", plain_unary<Unary::reciprocal>},
      {"", "ReduceL1", reduction<Reduction::absolute_sum>},
      {"", "ReduceL2", reduction<Reduction::euclidean>},
      {"", "ReduceLogSum", reduction<Reduction::log_sum>},
      {"", "ReduceLogSumExp", reduction<Reduction::log_sum_exp>},
      {"", "ReduceMax", reduction<Reduction::maximum>},
      {"", "ReduceMean", reduction<Reduction::mean>},
      {"", "ReduceMin", reduction<Reduction::minimum>},
      {"", "ReduceProd", reduction<Reduction::product>},
      {"", "ReduceSum", reduction<Reduction::sum>},
      {"", "ReduceSumSquare", reduction<Reduction::sum_of_squares>},
      {"", "Relu", lower_relu},
      {"", "Sigmoid", plain_unary<Unary::sigmoid>},
      {"", "Sign", plain_unary<Unary::sign>},
      {"", "Softmax", lower_softmax},
      {"", "Softplus", plain_unary<Unary::softplus>},
      {"", "Softsign", plain_unary<Unary::softsign>},
      {"", "Sqrt", plain_unary<Unary::square_root>},
      {"", "Sub", plain_binary<Binary::subtract>},
      {"", "Sum", several<Binary::add>},
      {"", "Tanh", plain_unary<Unary::tanh>},
      {"", "Where", lower_where},
      {"", "Xor", plain_binary<Binary::logical_xor>},
  };
  return kRules;
}

}  // namespace glowplug::optimize::native
