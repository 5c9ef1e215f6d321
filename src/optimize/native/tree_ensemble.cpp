#include "optimize/native/tree_ensemble.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "engine/native/trees.h"

namespace glowplug::optimize::native {
namespace {

using engine::native::LeafScore;
using engine::native::TreeNode;

using NodeKey = std::pair<std::int64_t, std::int64_t>;  // tree, node

/// One node as ONNX describes it.
struct Source {
  std::string mode;
  float value = 0;
  std::int64_t feature = 0;
  std::int64_t when_true = 0;
  std::int64_t when_false = 0;
  bool missing_holds = false;
};

/// An inner node in the engine's form.
struct Condition {
  float threshold = 0;
  std::uint8_t flags = 0;
  bool exchanged = false;
};

/// NaN compares false, so exchanging the children turns around where it goes, unless the attribute
/// sends it to the true one.
Result<Condition> condition_of(const Source& node) {
  using engine::native::kEqual;
  using engine::native::kMissingHolds;
  constexpr float kEnd = std::numeric_limits<float>::infinity();
  const std::uint8_t straight = node.missing_holds ? kMissingHolds : 0;
  const std::uint8_t turned = node.missing_holds ? 0 : kMissingHolds;
  // Nothing is before minus infinity: a threshold of NaN never holds.
  const float before = node.value == -kEnd ? std::numeric_limits<float>::quiet_NaN()
                                           : std::nextafter(node.value, -kEnd);
  if (node.mode == "BRANCH_LEQ") return Condition{node.value, straight, false};
  if (node.mode == "BRANCH_LT") return Condition{before, straight, false};
  if (node.mode == "BRANCH_GT") return Condition{node.value, turned, true};
  if (node.mode == "BRANCH_GTE") return Condition{before, turned, true};
  if (node.mode == "BRANCH_EQ")
    return Condition{node.value, static_cast<std::uint8_t>(straight | kEqual), false};
  // NaN is not equal to anything: it goes to the true child in any case.
  if (node.mode == "BRANCH_NEQ") return Condition{node.value, kEqual, true};
  return not_known(fmt::format("node mode {}", node.mode));
}

class Reader {
 public:
  Reader(Lowering& node, std::string_view scores) : node_(node), prefix_(scores) {}

  Result<TreeEnsemble> read() {
    GLOWPLUG_TRY(read_nodes());
    GLOWPLUG_TRY(read_scores());
    single_ =
        ensemble_.targets == std::vector<std::int64_t>{0} &&
        std::ranges::all_of(scores_, [](const auto& leaf) { return leaf.second.size() == 1; });
    for (const std::int64_t tree : trees_) GLOWPLUG_TRY(add_tree(tree));
    const auto raw = []<class T>(const std::vector<T>& records) {
      const auto bytes = std::as_bytes(std::span(records));
      return constant_of<std::byte>(Element::raw, {static_cast<std::int64_t>(bytes.size())}, bytes);
    };
    ensemble_.nodes = raw(nodes_);
    ensemble_.scores = raw(leaf_scores_);
    ensemble_.roots = constant_of<std::int32_t>(Element::int32,
                                                {static_cast<std::int64_t>(roots_.size())}, roots_);
    return std::move(ensemble_);
  }

 private:
  Result<void> read_nodes() {
    const auto trees = node_.integers("nodes_treeids");
    const auto ids = node_.integers("nodes_nodeids");
    const auto features = node_.integers("nodes_featureids");
    const auto values = node_.real_numbers("nodes_values");
    const auto modes = node_.texts("nodes_modes");
    const auto when_true = node_.integers("nodes_truenodeids");
    const auto when_false = node_.integers("nodes_falsenodeids");
    const auto missing = node_.integers("nodes_missing_value_tracks_true");
    node_.ignore({"nodes_hitrates"});
    const std::size_t count = trees.size();
    for (const std::size_t size : {ids.size(), features.size(), values.size(), modes.size(),
                                   when_true.size(), when_false.size()}) {
      if (size != count || count == 0) return not_known("trees without a value for each node");
    }
    if (!missing.empty() && missing.size() != count)
      return invalid_argument("nodes_missing_value_tracks_true is not one for each node");
    for (std::size_t i = 0; i < count; ++i) {
      if (std::ranges::find(trees_, trees[i]) == trees_.end()) trees_.push_back(trees[i]);
      if (features[i] < 0 || features[i] > 0xFFFF)
        return not_known(fmt::format("feature {} of trees", features[i]));
      Source source{modes[i],     values[i],     features[i],
                    when_true[i], when_false[i], !missing.empty() && missing[i] != 0};
      ensemble_.features = std::max(ensemble_.features, features[i] + 1);
      if (!sources_.try_emplace({trees[i], ids[i]}, std::move(source)).second)
        return invalid_argument(fmt::format("tree {} has node {} twice", trees[i], ids[i]));
    }
    return {};
  }

  Result<void> read_scores() {
    const auto trees = node_.integers(prefix_ + "_treeids");
    const auto ids = node_.integers(prefix_ + "_nodeids");
    const auto targets = node_.integers(prefix_ + "_ids");
    const auto weights = node_.real_numbers(prefix_ + "_weights");
    std::set<std::int64_t> all;
    if (ids.size() != trees.size() || targets.size() != trees.size() ||
        weights.size() != trees.size())
      return not_known("scores of trees that are not one for each");
    for (std::size_t i = 0; i < trees.size(); ++i) {
      if (targets[i] < 0 || targets[i] > 0xFFFF)
        return not_known(fmt::format("target {} of trees", targets[i]));
      all.insert(targets[i]);
      ensemble_.has_negative_score |= weights[i] < 0;
      scores_[{trees[i], ids[i]}].push_back({static_cast<std::uint32_t>(targets[i]), weights[i]});
    }
    ensemble_.targets.assign(all.begin(), all.end());
    return {};
  }

  /// The node that no other one leads to.
  Result<std::int64_t> root_of(std::int64_t tree) const {
    std::set<std::int64_t> led_to;
    const auto begin = sources_.lower_bound({tree, std::numeric_limits<std::int64_t>::min()});
    const auto end = sources_.upper_bound({tree, std::numeric_limits<std::int64_t>::max()});
    for (auto at = begin; at != end; ++at) {
      if (at->second.mode == "LEAF") continue;
      led_to.insert({at->second.when_true, at->second.when_false});
    }
    std::optional<std::int64_t> root;
    for (auto at = begin; at != end; ++at) {
      if (led_to.contains(at->first.second)) continue;
      if (root) return not_known(fmt::format("tree {} with two roots", tree));
      root = at->first.second;
    }
    if (!root) return invalid_argument(fmt::format("tree {} has no root", tree));
    return *root;
  }

  /// Level by level, the two children of a node side by side.
  Result<void> add_tree(std::int64_t tree) {
    GLOWPLUG_ASSIGN(const std::int64_t root, root_of(tree));
    std::vector<std::int64_t> order = {root};
    std::set<std::int64_t> seen = {root};
    const std::size_t first = nodes_.size();
    roots_.push_back(static_cast<std::int32_t>(first));
    for (std::size_t at = 0; at < order.size(); ++at) {
      const auto found = sources_.find({tree, order[at]});
      if (found == sources_.end())
        return invalid_argument(fmt::format("tree {} has no node {}", tree, order[at]));
      const Source& source = found->second;
      if (source.mode == "LEAF") {
        GLOWPLUG_TRY(add_leaf({tree, order[at]}));
        continue;
      }
      GLOWPLUG_ASSIGN(const Condition condition, condition_of(source));
      nodes_.push_back({condition.threshold, static_cast<std::uint32_t>(first + order.size()),
                        static_cast<std::uint16_t>(source.feature), condition.flags, 0});
      const std::int64_t one = condition.exchanged ? source.when_false : source.when_true;
      const std::int64_t other = condition.exchanged ? source.when_true : source.when_false;
      for (const std::int64_t child : {one, other}) {
        if (!seen.insert(child).second)
          return not_known(fmt::format("tree {} with two ways to node {}", tree, child));
        order.push_back(child);
      }
    }
    return {};
  }

  Result<void> add_leaf(const NodeKey& key) {
    const auto found = scores_.find(key);
    if (found == scores_.end()) return not_known("a leaf without a score");
    const auto self = static_cast<std::uint32_t>(nodes_.size());
    float value = found->second[0].score;
    if (!single_) {
      value = std::bit_cast<float>(static_cast<std::uint32_t>(leaf_scores_.size()));
      leaf_scores_.insert(leaf_scores_.end(), found->second.begin(), found->second.end());
      leaf_scores_.back().target |= engine::native::kLastScore;
    }
    nodes_.push_back({value, self, 0, engine::native::kLeaf, 0});
    return {};
  }

  Lowering& node_;
  const std::string prefix_;
  TreeEnsemble ensemble_;
  std::vector<std::int64_t> trees_;  // in the order of the attributes
  std::map<NodeKey, Source> sources_;
  std::map<NodeKey, std::vector<LeafScore>> scores_;
  bool single_ = false;
  std::vector<TreeNode> nodes_;
  std::vector<std::int32_t> roots_;
  std::vector<LeafScore> leaf_scores_;
};

}  // namespace

Result<TreeEnsemble> read_trees(Lowering& node, std::string_view scores) {
  return Reader(node, scores).read();
}

}  // namespace glowplug::optimize::native
