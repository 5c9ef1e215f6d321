// TreeEnsembleClassifier and TreeEnsembleRegressor of ai.onnx.ml.
#include <fmt/format.h>

#include <algorithm>

#include "optimize/native/lowering.h"
#include "optimize/native/tree_ensemble.h"

namespace glowplug::optimize::native {
namespace {

using Values = Result<std::vector<ValueId>>;

/// Inputs that both kinds take: x, nodes, roots, scores, base values.
Result<std::vector<ValueId>> tree_inputs(Lowering& node, const TreeEnsemble& trees) {
  GLOWPLUG_ASSIGN(const ValueId x, node.as_float(0));
  Builder& builder = node.builder();
  const auto base = node.real_numbers("base_values");
  return std::vector<ValueId>{x, builder.add_constant(trees.nodes),
                              builder.add_constant(trees.roots), builder.add_constant(trees.scores),
                              base.empty() ? kNoValue : builder.add_constant(floats(base))};
}

Values lower_classifier(Lowering& node) {
  GLOWPLUG_ASSIGN(const std::int64_t post,
                  post_transform_named(node.text("post_transform", "NONE")));
  GLOWPLUG_ASSIGN(const TreeEnsemble trees, read_trees(node, "class"));
  GLOWPLUG_ASSIGN(std::vector<ValueId> inputs, tree_inputs(node, trees));
  GLOWPLUG_ASSIGN(const ValueId labels, class_labels(node, "classlabels_int64s"));
  inputs.push_back(labels);
  const auto classes = static_cast<std::int64_t>(node.builder().operand(labels).count);
  const bool one_of_two = classes == 2 && trees.targets.size() == 1;
  return node.builder().add(
      Opcode::tree_classes, std::move(inputs),
      {post, classes, trees.features, trees.has_negative_score ? 0 : 1, one_of_two ? 1 : 0}, 2);
}

Values lower_regressor(Lowering& node) {
  GLOWPLUG_ASSIGN(const std::int64_t post,
                  post_transform_named(node.text("post_transform", "NONE")));
  const std::string_view aggregate = node.text("aggregate_function", "SUM");
  if (aggregate != "SUM" && aggregate != "AVERAGE")
    return not_known(fmt::format("aggregate_function {}", aggregate));
  GLOWPLUG_ASSIGN(const TreeEnsemble trees, read_trees(node, "target"));
  GLOWPLUG_ASSIGN(std::vector<ValueId> inputs, tree_inputs(node, trees));
  const std::int64_t targets = node.integer("n_targets", 1);
  return node.builder().add(Opcode::tree_scores, std::move(inputs),
                            {post, targets, trees.features, aggregate == "AVERAGE" ? 1 : 0}, 1);
}

}  // namespace

std::span<const LowerRule> tree_rules() {
  static constexpr LowerRule kRules[] = {{kMl, "TreeEnsembleClassifier", lower_classifier},
                                         {kMl, "TreeEnsembleRegressor", lower_regressor}};
  return kRules;
}

}  // namespace glowplug::optimize::native
