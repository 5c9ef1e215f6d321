// Convolution, pooling and batch normalization of ai.onnx.
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "engine/native/element_kinds.h"
#include "engine/native/view_kinds.h"
#include "engine/native/window.h"
#include "optimize/native/lowering.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::Binary;
using engine::native::Padding;
using engine::native::ReshapeKind;
using engine::native::Window;
using Values = Result<std::vector<ValueId>>;

/// Attributes of a window, with one more dimension of 1 before a single one. `spatial`: 1 or 2.
class WindowAttributes {
 public:
  WindowAttributes(Lowering& node, std::size_t spatial) : node_(node), spatial_(spatial) {}

  Result<std::vector<std::int64_t>> parameters(std::vector<std::int64_t> kernel, bool round_up) {
    if (kernel.size() != spatial_) return not_known(fmt::format("kernel of {}", node_.type()));
    if (spatial_ == 1) kernel.insert(kernel.begin(), 1);
    std::vector<std::int64_t> all = std::move(kernel);
    GLOWPLUG_TRY(add_pair(all, "strides"));
    GLOWPLUG_TRY(add_pair(all, "dilations"));
    GLOWPLUG_TRY(add_pads(all));
    GLOWPLUG_ASSIGN(const Padding padding, auto_pad());
    all.push_back(static_cast<std::int64_t>(padding));
    all.push_back(round_up ? 1 : 0);
    return all;
  }

 private:
  Result<void> add_pair(std::vector<std::int64_t>& to, std::string_view name) {
    const auto given = node_.integers(name);
    if (!given.empty() && given.size() != spatial_)
      return not_known(fmt::format("{} of {}", name, node_.type()));
    if (spatial_ == 1) to.push_back(1);
    for (std::size_t i = 0; i < spatial_; ++i) to.push_back(given.empty() ? 1 : given[i]);
    return {};
  }
  Result<void> add_pads(std::vector<std::int64_t>& to) {
    const auto given = node_.integers("pads");
    if (!given.empty() && given.size() != 2 * spatial_)
      return not_known(fmt::format("pads of {}", node_.type()));
    for (const bool at_end : {false, true}) {
      if (spatial_ == 1) to.push_back(0);
      for (std::size_t i = 0; i < spatial_; ++i)
        to.push_back(given.empty() ? 0 : given[i + (at_end ? spatial_ : 0)]);
    }
    return {};
  }
  Result<Padding> auto_pad() {
    const std::string_view name = node_.text("auto_pad", "NOTSET");
    if (name == "NOTSET" || name == "VALID") return Padding::given;
    if (name == "SAME_UPPER") return Padding::same_upper;
    if (name == "SAME_LOWER") return Padding::same_lower;
    return not_known(fmt::format("auto_pad {}", name));
  }
  Lowering& node_;
  std::size_t spatial_;
};

/// Runs `add` on images; sequences [count, channels, length] are images of height 1 in between.
template <class Add>
Values on_images(Lowering& node, std::size_t spatial, Add add) {
  GLOWPLUG_ASSIGN(ValueId x, node.input(0));
  Builder& builder = node.builder();
  if (spatial == 2) {
    GLOWPLUG_ASSIGN(const ValueId y, add(x));
    return std::vector<ValueId>{y};
  }
  GLOWPLUG_ASSIGN(
      x, builder.add(Opcode::reshape, {x}, {static_cast<std::int64_t>(ReshapeKind::unsqueeze), 2}));
  GLOWPLUG_ASSIGN(const ValueId y, add(x));
  GLOWPLUG_ASSIGN(
      const ValueId back,
      builder.add(Opcode::reshape, {y}, {static_cast<std::int64_t>(ReshapeKind::squeeze), 2}));
  return std::vector<ValueId>{back};
}

Result<std::size_t> spatial_dimensions(Lowering& node) {
  const std::size_t rank = node.has(0) ? node.operand(0).rank : 0;
  if (rank == 3 || rank == 4) return rank - 2;
  return not_known(fmt::format("{} over {} dimensions", node.type(), rank));
}

Values lower_conv(Lowering& node) {
  GLOWPLUG_ASSIGN(const std::size_t spatial, spatial_dimensions(node));
  GLOWPLUG_ASSIGN(const Constant* const weights, node.constant(1));
  node.ignore({"kernel_shape"});
  if (weights->element != Element::float32 || weights->shape.size() != spatial + 2)
    return not_known("Conv with weights of another type");
  std::vector<std::int64_t> kernel(weights->shape.begin() + 2, weights->shape.end());
  std::int64_t depth = weights->shape[1];
  for (const std::int64_t size : kernel) depth *= size;
  Builder& builder = node.builder();
  const ValueId rows =
      builder.add_constant({Element::float32, {weights->shape[0], depth}, weights->bytes, {}});
  const ValueId bias = node.has(2) ? node.inputs()[2] : kNoValue;
  if (bias != kNoValue) GLOWPLUG_TRY(node.constant(2));
  std::vector<std::int64_t> parameters = {node.integer("group", 1), 0, real(0), real(0)};
  GLOWPLUG_ASSIGN(const auto window,
                  WindowAttributes(node, spatial).parameters(std::move(kernel), false));
  parameters.insert(parameters.end(), window.begin(), window.end());
  return on_images(node, spatial, [&](ValueId x) {
    return builder.add(Opcode::convolution, {x, rows, bias}, parameters);
  });
}

Values pool(Lowering& node, bool average) {
  if (node.output_count() > 1) return not_known(fmt::format("{} with indexes", node.type()));
  GLOWPLUG_ASSIGN(const std::size_t spatial, spatial_dimensions(node));
  if (node.integer("storage_order", 0) != 0) return not_known("MaxPool in column order");
  const auto given = node.integers("kernel_shape");
  const std::int64_t counts_padding = node.integer("count_include_pad", 0);
  const bool round_up = node.integer("ceil_mode", 0) != 0;
  GLOWPLUG_ASSIGN(
      const auto window,
      WindowAttributes(node, spatial).parameters({given.begin(), given.end()}, round_up));
  std::vector<std::int64_t> parameters = {average ? 1 : 0, counts_padding, 0};
  parameters.insert(parameters.end(), window.begin(), window.end());
  return on_images(node, spatial,
                   [&](ValueId x) { return node.builder().add(Opcode::pool, {x}, parameters); });
}
Values lower_max_pool(Lowering& node) { return pool(node, false); }
Values lower_average_pool(Lowering& node) { return pool(node, true); }

Values global_pool(Lowering& node, bool average) {
  GLOWPLUG_ASSIGN(const std::size_t spatial, spatial_dimensions(node));
  std::vector<std::int64_t> parameters(3 + Window::kParameters, 0);
  parameters[0] = average ? 1 : 0;
  parameters[2] = 1;
  return on_images(node, spatial,
                   [&](ValueId x) { return node.builder().add(Opcode::pool, {x}, parameters); });
}
Values lower_global_max_pool(Lowering& node) { return global_pool(node, false); }
Values lower_global_average_pool(Lowering& node) { return global_pool(node, true); }

Result<std::vector<float>> constant_floats(Lowering& node, std::size_t index) {
  GLOWPLUG_ASSIGN(const Constant* const constant, node.constant(index));
  if (constant->element != Element::float32)
    return not_known(fmt::format("{} of another type", node.type()));
  return constant->values<float>();
}

/// y = scale (x - mean) / sqrt(variance + epsilon) + bias, as a factor and a sum for each channel.
Values lower_batch_normalization(Lowering& node) {
  node.ignore({"momentum", "spatial"});
  if (node.integer("training_mode", 0) != 0 || node.output_count() > 1)
    return not_known("BatchNormalization for training");
  const float epsilon = node.real_number("epsilon", 1e-5F);
  GLOWPLUG_ASSIGN(std::vector<float> scale, constant_floats(node, 1));
  GLOWPLUG_ASSIGN(std::vector<float> shift, constant_floats(node, 2));
  GLOWPLUG_ASSIGN(const std::vector<float> mean, constant_floats(node, 3));
  GLOWPLUG_ASSIGN(const std::vector<float> variance, constant_floats(node, 4));
  if (shift.size() != scale.size() || mean.size() != scale.size() ||
      variance.size() != scale.size() || node.operand(0).rank < 2)
    return invalid_argument("BatchNormalization with constants of different sizes");
  for (std::size_t i = 0; i < scale.size(); ++i) {
    scale[i] /= std::sqrt(variance[i] + epsilon);
    shift[i] -= mean[i] * scale[i];
  }
  GLOWPLUG_ASSIGN(const ValueId fused, fuse_scale(node, scale, shift));
  if (fused != kNoValue) return std::vector<ValueId>{fused};
  // Channels are dimension 1.
  std::vector<std::int64_t> shape(node.operand(0).rank - 1U, 1);
  shape[0] = static_cast<std::int64_t>(scale.size());
  Builder& builder = node.builder();
  const ValueId factor = builder.add_constant(constant_of<float>(Element::float32, shape, scale));
  const ValueId added = builder.add_constant(constant_of<float>(Element::float32, shape, shift));
  GLOWPLUG_ASSIGN(const ValueId scaled, builder.add(Opcode::binary, {node.inputs()[0], factor},
                                                    {static_cast<std::int64_t>(Binary::multiply)}));
  GLOWPLUG_ASSIGN(const ValueId y, builder.add(Opcode::binary, {scaled, added},
                                               {static_cast<std::int64_t>(Binary::add)}));
  return std::vector<ValueId>{y};
}

}  // namespace

std::span<const LowerRule> image_rules() {
  static constexpr LowerRule kRules[] = {
      {"", "AveragePool", lower_average_pool},
      {"", "BatchNormalization", lower_batch_normalization},
      {"", "Conv", lower_conv},
      {"", "GlobalAveragePool", lower_global_average_pool},
      {"", "GlobalMaxPool", lower_global_max_pool},
      {"", "MaxPool", lower_max_pool},
  };
  return kRules;
}

}  // namespace glowplug::optimize::native
