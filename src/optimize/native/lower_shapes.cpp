// Operators of ai.onnx that move elements, name them anew or make tensors from shapes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "engine/native/view_kinds.h"
#include "optimize/native/lowering.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::ReshapeKind;
using Values = Result<std::vector<ValueId>>;

Values single(Result<ValueId> value) {
  if (!value) return std::move(value).error();
  return std::vector<ValueId>{*value};
}

Values reshape(Lowering& node, ReshapeKind kind, std::vector<std::int64_t> more) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  more.insert(more.begin(), static_cast<std::int64_t>(kind));
  return single(node.builder().add(Opcode::reshape, {x}, std::move(more)));
}

Values lower_reshape(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  GLOWPLUG_ASSIGN(const ValueId shape, node.input(1));
  return single(node.builder().add(
      Opcode::reshape, {x, shape},
      {static_cast<std::int64_t>(ReshapeKind::given), node.integer("allowzero", 0)}));
}

Values lower_flatten(Lowering& node) {
  return reshape(node, ReshapeKind::flatten, {node.integer("axis", 1)});
}

/// An attribute before opset 13, then an input.
Result<std::vector<std::int64_t>> axes_of(Lowering& node) {
  if (node.has(1)) return node.constant_integers(1);
  const auto axes = node.integers("axes");
  return std::vector<std::int64_t>(axes.begin(), axes.end());
}
Values lower_squeeze(Lowering& node) {
  GLOWPLUG_ASSIGN(auto axes, axes_of(node));
  return reshape(node, ReshapeKind::squeeze, std::move(axes));
}
Values lower_unsqueeze(Lowering& node) {
  GLOWPLUG_ASSIGN(auto axes, axes_of(node));
  return reshape(node, ReshapeKind::unsqueeze, std::move(axes));
}

Values lower_transpose(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  const auto given = node.integers("perm");
  std::vector<std::int64_t> order(given.begin(), given.end());
  if (order.empty()) {
    for (std::int64_t axis = node.operand(0).rank; axis-- > 0;) order.push_back(axis);
  }
  return single(node.builder().add(Opcode::transpose, {x}, std::move(order)));
}

Values lower_concat(Lowering& node) {
  return single(node.builder().add(Opcode::concat, node.inputs(), {node.integer("axis", 1)}));
}

Values lower_shape(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  const std::int64_t start = node.integer("start", 0);
  return single(
      node.builder().add(Opcode::shape, {x}, {start, node.integer("end", std::int64_t{1} << 31)}));
}

Values lower_constant_of_shape(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId shape, node.input(0));
  constexpr std::array kZero = {0.F};
  Constant value = floats(kZero);
  if (const auto* const given = node.attribute("value"); given != nullptr) {
    if (given->tensors.size() != 1) return not_known("ConstantOfShape without a value");
    GLOWPLUG_ASSIGN(value, constant_from(given->tensors[0]));
  }
  return single(
      node.builder().add(Opcode::fill, {shape, node.builder().add_constant(std::move(value))}, {}));
}

Values lower_constant(Lowering& node) {
  Builder& builder = node.builder();
  if (const auto* const value = node.attribute("value"); value != nullptr) {
    if (value->tensors.size() != 1) return not_known("Constant without a tensor");
    GLOWPLUG_ASSIGN(Constant constant, constant_from(value->tensors[0]));
    return std::vector<ValueId>{builder.add_constant(std::move(constant))};
  }
  if (node.has_attribute("value_ints"))
    return std::vector<ValueId>{builder.add_constant(integers(node.integers("value_ints")))};
  if (node.has_attribute("value_floats"))
    return std::vector<ValueId>{builder.add_constant(floats(node.real_numbers("value_floats")))};
  Constant scalar;
  if (node.has_attribute("value_int")) {
    scalar = integers(std::array{node.integer("value_int", 0)});
  } else if (node.has_attribute("value_float")) {
    scalar = floats(std::array{node.real_number("value_float", 0)});
  } else {
    return not_known("Constant of a kind that is not known");
  }
  scalar.shape.clear();
  return std::vector<ValueId>{builder.add_constant(std::move(scalar))};
}

Values lower_gather(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId data, node.input(0));
  GLOWPLUG_ASSIGN(const ValueId indexes, node.input(1));
  return single(node.builder().add(Opcode::gather, {data, indexes}, {node.integer("axis", 0)}));
}

Values lower_slice(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  std::vector<ValueId> inputs = {x};
  if (node.opset() < 10) {
    for (const std::string_view name : {"starts", "ends", "axes"}) {
      const bool left_out = name == "axes" && !node.has_attribute(name);
      inputs.push_back(left_out ? kNoValue
                                : node.builder().add_constant(integers(node.integers(name))));
    }
  } else {
    for (std::size_t i = 1; i < node.input_count(); ++i) {
      ValueId value = node.inputs()[i];
      if (value != kNoValue && node.operand(i).element == Element::int32) {
        GLOWPLUG_ASSIGN(value, node.builder().add(Opcode::cast, {value},
                                                  {static_cast<std::int64_t>(Element::int64)}));
      }
      inputs.push_back(value);
    }
  }
  return single(node.builder().add(Opcode::slice, std::move(inputs), {}));
}

Result<std::vector<std::int64_t>> split_sizes(Lowering& node, std::int64_t axis) {
  if (node.has(1)) return node.constant_integers(1);
  const auto given = node.integers("split");
  if (!given.empty()) return std::vector<std::int64_t>(given.begin(), given.end());
  const Operand& x = node.operand(0);
  const std::int64_t at = axis < 0 ? axis + x.rank : axis;
  const auto parts = static_cast<std::int64_t>(node.output_count());
  if (at <= 0 || at >= x.rank || x.dimensions[static_cast<std::size_t>(at)] % parts != 0)
    return not_known("Split into parts that are not given");
  return std::vector<std::int64_t>(static_cast<std::size_t>(parts),
                                   x.dimensions[static_cast<std::size_t>(at)] / parts);
}

Values lower_split(Lowering& node) {
  node.ignore({"num_outputs"});
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  const std::int64_t axis = node.integer("axis", 0);
  GLOWPLUG_ASSIGN(const auto sizes, split_sizes(node, axis));
  const auto list = [&](std::int64_t value) {
    return node.builder().add_constant(integers(std::array{value}));
  };
  std::vector<ValueId> parts;
  std::int64_t at = 0;
  for (const std::int64_t size : sizes) {
    GLOWPLUG_ASSIGN(
        const ValueId part,
        node.builder().add(Opcode::slice, {x, list(at), list(at + size), list(axis)}, {}));
    parts.push_back(part);
    at += size;
  }
  return parts;
}

Values lower_expand(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId x, node.input(0));
  GLOWPLUG_ASSIGN(const ValueId shape, node.input(1));
  return single(node.builder().add(Opcode::expand, {x, shape}, {}));
}

}  // namespace

std::span<const LowerRule> shape_rules() {
  static constexpr LowerRule kRules[] = {
      {"", "Concat", lower_concat},
      {"", "Constant", lower_constant},
      {"", "ConstantOfShape", lower_constant_of_shape},
      {"", "Expand", lower_expand},
      {"", "Flatten", lower_flatten},
      {"", "Gather", lower_gather},
      {"", "Reshape", lower_reshape},
      {"", "Shape", lower_shape},
      {"", "Slice", lower_slice},
      {"", "Split", lower_split},
      {"", "Squeeze", lower_squeeze},
      {"", "Transpose", lower_transpose},
      {"", "Unsqueeze", lower_unsqueeze},
  };
  return kRules;
}

}  // namespace glowplug::optimize::native
