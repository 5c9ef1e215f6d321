// MatMul and Gemm, and what is folded into them and into convolutions.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/native/element_kinds.h"
#include "engine/native/kernels.h"
#include "optimize/native/lowering.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::Binary;
using engine::native::kPanelWidth;
using engine::native::panels_of;
using Values = Result<std::vector<ValueId>>;

/// Where a product or convolution keeps what can be changed afterwards.
struct Fusable {
  const BuiltOperation* operation = nullptr;  ///< null: nothing to fuse with
  std::size_t channels = 0;
  std::size_t clamp = 0;  ///< index of the parameter that says whether it clamps
  std::size_t channel_axis_from_end = 0;
};

Fusable fusable(Lowering& node, std::size_t index) {
  if (!node.has(index) || !node.single_use(index)) return {};
  const BuiltOperation* const made = node.builder().producer(node.inputs()[index]);
  if (made == nullptr) return {};
  const bool is_gemm = made->opcode == Opcode::gemm;
  if (!is_gemm && made->opcode != Opcode::convolution) return {};
  if (made->parameters[1] != 0) return {};  // clamped: nothing may follow
  if (is_gemm) return {made, static_cast<std::size_t>(made->parameters[0]), 1, 0};
  const Operand& weights = node.builder().operand(made->inputs[1]);
  return {made, static_cast<std::size_t>(weights.dimensions[0]), 1, 2};
}

/// A constant with one element for each channel, in their place, as a list.
std::optional<Constant> per_channel(const Constant& constant, const Fusable& target) {
  if (constant.element != Element::float32) return {};
  const auto& shape = constant.shape;
  const std::size_t size = constant.bytes.size() / sizeof(float);
  if (size != target.channels || shape.size() <= target.channel_axis_from_end) return {};
  const std::size_t axis = shape.size() - 1 - target.channel_axis_from_end;
  if (shape[axis] != static_cast<std::int64_t>(size)) return {};
  return floats(constant.values<float>());
}

bool has_bias(const BuiltOperation& operation) {
  return operation.inputs.size() > 2 && operation.inputs[2] != kNoValue;
}

Result<ValueId> with_bias(Builder& builder, BuiltOperation changed, ValueId bias) {
  changed.inputs.resize(3, kNoValue);
  changed.inputs[2] = bias;
  return builder.add(changed.opcode, changed.inputs, changed.parameters);
}

/// The factor for element `i` of the weights: panels hold columns side by side, convolutions rows.
Constant scaled_weights(const Constant& weights, const Fusable& target,
                        std::span<const float> scale) {
  std::vector<float> values = weights.values<float>();
  const bool is_gemm = target.operation->opcode == Opcode::gemm;
  const std::size_t per_panel =
      is_gemm ? static_cast<std::size_t>(weights.shape[1]) * kPanelWidth : 0;
  const std::size_t per_row = is_gemm ? 0 : static_cast<std::size_t>(weights.shape[1]);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t channel =
        is_gemm ? i / per_panel * kPanelWidth + i % kPanelWidth : i / per_row;
    if (channel < scale.size()) values[i] *= scale[channel];
  }
  return constant_of<float>(Element::float32, weights.shape, values);
}

std::vector<float> transposed(std::span<const float> matrix, std::size_t rows,
                              std::size_t columns) {
  std::vector<float> result(matrix.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t j = 0; j < columns; ++j) result[j * rows + i] = matrix[i * columns + j];
  return result;
}

Result<ValueId> swapped(Builder& builder, ValueId x) {
  return builder.add(Opcode::transpose, {x}, {1, 0});
}

Result<ValueId> times(Builder& builder, ValueId x, float factor) {
  if (factor == 1) return x;
  const ValueId constant = builder.add_constant(floats(std::array{factor}));
  return builder.add(Opcode::binary, {x, constant}, {static_cast<std::int64_t>(Binary::multiply)});
}

bool is_float_matrix(Builder& builder, ValueId value) {
  return builder.is_constant(value) && builder.operand(value).element == Element::float32 &&
         builder.operand(value).rank == 2;
}

Values lower_matmul(Lowering& node) {
  GLOWPLUG_ASSIGN(const ValueId a, node.input(0));
  GLOWPLUG_ASSIGN(const ValueId b, node.input(1));
  Builder& builder = node.builder();
  const Operand& weights = builder.operand(b);
  if (is_float_matrix(builder, b) && node.operand(0).element == Element::float32) {
    GLOWPLUG_ASSIGN(const ValueId product,
                    add_gemm(builder, a, builder.constant(b).values<float>(),
                             static_cast<std::size_t>(weights.dimensions[0]),
                             static_cast<std::size_t>(weights.dimensions[1]), {}));
    return std::vector<ValueId>{product};
  }
  GLOWPLUG_ASSIGN(const ValueId product, builder.add(Opcode::matmul, {a, b}, {}));
  return std::vector<ValueId>{product};
}

/// C as one element for each column, if it is that.
Result<std::optional<std::vector<float>>> gemm_bias(Lowering& node, std::size_t columns,
                                                    float beta) {
  std::vector<float> bias(columns, 0);
  if (!node.has(2)) return std::optional(std::vector<float>());
  const ValueId c = node.inputs()[2];
  if (!node.builder().is_constant(c)) return std::optional<std::vector<float>>();
  const Constant& constant = node.builder().constant(c);
  const std::vector<float> values = constant.values<float>();
  const bool is_row =
      values.size() == columns && (constant.shape.size() == 1 || constant.shape[0] == 1);
  if (constant.element != Element::float32 || (!is_row && values.size() != 1))
    return std::optional<std::vector<float>>();
  for (std::size_t i = 0; i < columns; ++i) bias[i] = beta * values[is_row ? i : 0];
  return std::optional(std::move(bias));
}

Values lower_gemm(Lowering& node) {
  GLOWPLUG_ASSIGN(ValueId a, node.input(0));
  GLOWPLUG_ASSIGN(ValueId b, node.input(1));
  Builder& builder = node.builder();
  const float alpha = node.real_number("alpha", 1);
  const float beta = node.real_number("beta", 1);
  const bool b_swapped = node.integer("transB", 0) != 0;
  if (node.integer("transA", 0) != 0) {
    GLOWPLUG_ASSIGN(a, swapped(builder, a));
  }
  ValueId product = kNoValue;
  bool needs_c = node.has(2);
  if (is_float_matrix(builder, b) && builder.operand(a).element == Element::float32) {
    const auto rows = static_cast<std::size_t>(builder.operand(b).dimensions[0]);
    const auto columns = static_cast<std::size_t>(builder.operand(b).dimensions[1]);
    std::vector<float> weights = builder.constant(b).values<float>();
    for (float& weight : weights) weight *= alpha;
    if (b_swapped) weights = transposed(weights, rows, columns);
    const std::size_t depth = b_swapped ? columns : rows;
    const std::size_t width = b_swapped ? rows : columns;
    GLOWPLUG_ASSIGN(const auto bias, gemm_bias(node, width, beta));
    GLOWPLUG_ASSIGN(
        product, add_gemm(builder, a, weights, depth, width, bias ? *bias : std::vector<float>()));
    needs_c = !bias;
  } else {
    if (b_swapped) {
      GLOWPLUG_ASSIGN(b, swapped(builder, b));
    }
    GLOWPLUG_ASSIGN(product, builder.add(Opcode::matmul, {a, b}, {}));
    GLOWPLUG_ASSIGN(product, times(builder, product, alpha));
  }
  if (needs_c) {
    GLOWPLUG_ASSIGN(const ValueId c, times(builder, node.inputs()[2], beta));
    GLOWPLUG_ASSIGN(product, builder.add(Opcode::binary, {product, c},
                                         {static_cast<std::int64_t>(Binary::add)}));
  }
  return std::vector<ValueId>{product};
}

}  // namespace

Constant in_panels(std::span<const float> weights, std::size_t depth, std::size_t columns) {
  const std::size_t panels = panels_of(columns);
  std::vector<float> packed(panels * depth * kPanelWidth, 0);
  for (std::size_t k = 0; k < depth; ++k)
    for (std::size_t j = 0; j < columns; ++j)
      packed[(j / kPanelWidth * depth + k) * kPanelWidth + j % kPanelWidth] =
          weights[k * columns + j];
  return constant_of<float>(Element::float32,
                            {static_cast<std::int64_t>(panels), static_cast<std::int64_t>(depth),
                             static_cast<std::int64_t>(kPanelWidth)},
                            packed);
}

Result<ValueId> add_gemm(Builder& builder, ValueId x, std::span<const float> weights,
                         std::size_t depth, std::size_t columns, std::span<const float> bias) {
  if (depth == 0 || columns == 0 || weights.size() != depth * columns)
    return not_known(fmt::format("{} weights for {} times {}", weights.size(), depth, columns));
  const ValueId panels = builder.add_constant(in_panels(weights, depth, columns));
  const ValueId added = bias.empty() ? kNoValue : builder.add_constant(floats(bias));
  return builder.add(Opcode::gemm, {x, panels, added},
                     {static_cast<std::int64_t>(columns), 0, real(0), real(0)});
}

Result<ValueId> fuse_bias(Lowering& node) {
  for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) {
    const Fusable target = fusable(node, index);
    if (target.operation == nullptr || has_bias(*target.operation) || !node.has(1 - index))
      continue;
    const ValueId other = node.inputs()[1 - index];
    if (!node.builder().is_constant(other)) continue;
    const auto& constant = node.builder().constant(other);
    if (constant.shape.size() > node.operand(index).rank) continue;
    const auto bias = per_channel(constant, target);
    if (!bias) continue;
    return with_bias(node.builder(), *target.operation, node.builder().add_constant(*bias));
  }
  return kNoValue;
}

Result<ValueId> fuse_clamp(Lowering& node, float low, float high) {
  const Fusable target = fusable(node, 0);
  if (target.operation == nullptr) return kNoValue;
  BuiltOperation changed = *target.operation;
  changed.parameters[target.clamp] = 1;
  changed.parameters[target.clamp + 1] = real(low);
  changed.parameters[target.clamp + 2] = real(high);
  return node.builder().add(changed.opcode, changed.inputs, changed.parameters);
}

Result<ValueId> fuse_scale(Lowering& node, std::span<const float> scale,
                           std::span<const float> shift) {
  const Fusable target = fusable(node, 0);
  if (target.operation == nullptr || target.channels != scale.size()) return kNoValue;
  Builder& builder = node.builder();
  BuiltOperation changed = *target.operation;
  std::vector<float> bias(shift.begin(), shift.end());
  if (has_bias(changed)) {
    const std::vector<float> old = builder.constant(changed.inputs[2]).values<float>();
    for (std::size_t i = 0; i < bias.size(); ++i) bias[i] += old[i] * scale[i];
  }
  changed.inputs[1] =
      builder.add_constant(scaled_weights(builder.constant(changed.inputs[1]), target, scale));
  return with_bias(builder, std::move(changed), builder.add_constant(floats(bias)));
}

std::span<const LowerRule> matrix_rules() {
  static constexpr LowerRule kRules[] = {{"", "Gemm", lower_gemm}, {"", "MatMul", lower_matmul}};
  return kRules;
}

}  // namespace glowplug::optimize::native
