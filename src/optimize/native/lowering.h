#pragma once
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"
#include "optimize/native/builder.h"

namespace glowplug::optimize::native {

/// One ONNX node on its way into the plan. The functions below add what it stands for. An attribute
/// that none of them asked for is refused afterwards: it would change the meaning unseen.
class Lowering {
 public:
  /// `inputs`: in the node's order, kNoValue where one is left out. `single_use`: for each input,
  /// whether this node alone uses it.
  Lowering(Builder& builder, const onnx::Node& node, std::int64_t opset,
           std::vector<ValueId> inputs, std::vector<bool> single_use)
      : builder_(builder),
        node_(node),
        opset_(opset),
        inputs_(std::move(inputs)),
        single_use_(std::move(single_use)) {}

  [[nodiscard]] Builder& builder() const { return builder_; }
  [[nodiscard]] std::int64_t opset() const { return opset_; }
  [[nodiscard]] std::string_view type() const { return node_.op_type; }

  [[nodiscard]] std::size_t input_count() const { return inputs_.size(); }
  [[nodiscard]] std::size_t output_count() const { return node_.outputs.size(); }
  [[nodiscard]] const std::vector<ValueId>& inputs() const { return inputs_; }
  [[nodiscard]] bool has(std::size_t index) const {
    return index < inputs_.size() && inputs_[index] != kNoValue;
  }
  [[nodiscard]] bool single_use(std::size_t index) const { return single_use_[index]; }
  [[nodiscard]] const Operand& operand(std::size_t index) const {
    return builder_.operand(inputs_[index]);
  }
  /// Errors: invalid_argument (left out).
  [[nodiscard]] Result<ValueId> input(std::size_t index) const;
  /// Errors: unimplemented (computed when the model runs).
  [[nodiscard]] Result<const Constant*> constant(std::size_t index) const;
  [[nodiscard]] Result<std::vector<std::int64_t>> constant_integers(std::size_t index) const;
  [[nodiscard]] Result<float> constant_float(std::size_t index) const;
  /// Input `index` as FP32, cast where it is of whole numbers. Errors: unimplemented.
  [[nodiscard]] Result<ValueId> as_float(std::size_t index) const;

  [[nodiscard]] bool has_attribute(std::string_view name);
  [[nodiscard]] std::int64_t integer(std::string_view name, std::int64_t otherwise);
  [[nodiscard]] float real_number(std::string_view name, float otherwise);
  [[nodiscard]] std::string_view text(std::string_view name, std::string_view otherwise);
  [[nodiscard]] std::span<const std::int64_t> integers(std::string_view name);
  [[nodiscard]] std::span<const float> real_numbers(std::string_view name);
  [[nodiscard]] std::vector<std::string> texts(std::string_view name);
  [[nodiscard]] const onnx::Attribute* attribute(std::string_view name);
  /// For attributes that do not change the answer.
  void ignore(std::initializer_list<std::string_view> names);
  /// Errors: unimplemented, naming an attribute that nothing above asked for.
  [[nodiscard]] Result<void> check_attributes() const;

 private:
  Builder& builder_;
  const onnx::Node& node_;
  const std::int64_t opset_;
  const std::vector<ValueId> inputs_;
  const std::vector<bool> single_use_;
  std::set<std::string, std::less<>> asked_;
};

/// Gives the node's outputs in order.
using Lower = Result<std::vector<ValueId>> (*)(Lowering& node);

struct LowerRule {
  std::string_view domain;  ///< empty: ai.onnx
  std::string_view op_type;
  Lower lower;
};
/// Null: the operator is not known here.
[[nodiscard]] Lower find_lower(std::string_view domain, std::string_view op_type);

[[nodiscard]] std::span<const LowerRule> element_rules();  ///< lower_elements.cpp
[[nodiscard]] std::span<const LowerRule> shape_rules();    ///< lower_shapes.cpp
[[nodiscard]] std::span<const LowerRule> matrix_rules();   ///< lower_matrices.cpp
[[nodiscard]] std::span<const LowerRule> image_rules();    ///< lower_images.cpp
[[nodiscard]] std::span<const LowerRule> table_rules();    ///< lower_tables.cpp
[[nodiscard]] std::span<const LowerRule> tree_rules();     ///< lower_trees.cpp

inline constexpr std::string_view kMl = "ai.onnx.ml";

[[nodiscard]] Error not_known(std::string text);
/// Post transforms of ai.onnx.ml, by name. Errors: unimplemented, naming it.
[[nodiscard]] Result<std::int64_t> post_transform_named(std::string_view name);
/// The list of class labels of a classifier. Errors: unimplemented (there is none).
[[nodiscard]] Result<ValueId> class_labels(Lowering& node, std::string_view integer_labels);

/// `weights` [depth, columns] in panels of 16 columns (engine/native/kernels.h).
[[nodiscard]] Constant in_panels(std::span<const float> weights, std::size_t depth,
                                 std::size_t columns);
/// A product with constant weights: `x` [.., depth] by `weights` [depth, columns], bias [columns]
/// or empty.
[[nodiscard]] Result<ValueId> add_gemm(Builder& builder, ValueId x, std::span<const float> weights,
                                       std::size_t depth, std::size_t columns,
                                       std::span<const float> bias);
/// What follows a product or convolution and can be done by it; kNoValue: nothing of that kind.
[[nodiscard]] Result<ValueId> fuse_bias(Lowering& node);
[[nodiscard]] Result<ValueId> fuse_clamp(Lowering& node, float low, float high);
/// scale[channel] * value + shift[channel], for a batch normalization.
[[nodiscard]] Result<ValueId> fuse_scale(Lowering& node, std::span<const float> scale,
                                         std::span<const float> shift);

}  // namespace glowplug::optimize::native
