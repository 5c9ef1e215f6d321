#include "engine/native/trees.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

namespace glowplug::engine::native {
namespace {

template <class T>
Result<std::span<const T>> as_records(const Operand& raw, std::string_view what) {
  if (raw.element != Element::raw || !raw.constant || raw.count % sizeof(T) != 0)
    return invalid_argument(fmt::format("{} are {}; constant records of {} bytes belong there",
                                        what, describe(raw), sizeof(T)));
  return std::span(reinterpret_cast<const T*>(raw.data), raw.count / sizeof(T));
}

/// The child of `node` that x leads to, a leaf to itself; without a branch, since nobody can
/// predict it.
template <bool WithEqual>
inline std::uint32_t next(const TreeNode& node, const float* x) {
  const float value = x[node.feature];
  bool holds = value <= node.threshold;
  if constexpr (WithEqual) holds &= (node.flags & kEqual) == 0 || value >= node.threshold;
  holds |= ((node.flags & kMissingHolds) != 0) & (value != value);
  holds |= (node.flags & kLeaf) != 0;
  return node.child + (holds ? 0U : 1U);
}

/// Trees that are walked in step: their memory accesses overlap.
constexpr std::size_t kTogether = 8;

}  // namespace

Result<Trees> Trees::create(const Operand& nodes, const Operand& roots, const Operand& scores,
                            std::size_t features, std::size_t targets) {
  Trees trees;
  GLOWPLUG_ASSIGN(trees.nodes_, as_records<TreeNode>(nodes, "nodes"));
  GLOWPLUG_ASSIGN(trees.scores_, as_records<LeafScore>(scores, "scores"));
  if (roots.element != Element::int32 || !roots.constant)
    return invalid_argument(
        fmt::format("roots are {}; a constant of INT32 belongs there", describe(roots)));
  trees.roots_ = roots.values<std::int32_t>();
  GLOWPLUG_TRY(trees.check_scores(targets));
  trees.depths_.reserve(trees.count());
  std::vector<std::uint32_t> depths;
  for (std::size_t tree = 0; tree < trees.count(); ++tree)
    GLOWPLUG_TRY(trees.check_tree(tree, features, depths));
  return trees;
}

Result<void> Trees::check_scores(std::size_t targets) const {
  if (targets == 0) return invalid_argument("trees for no target");
  for (std::size_t i = 0; i < scores_.size(); ++i) {
    const std::uint32_t target = scores_[i].target & ~kLastScore;
    if (target >= targets)
      return invalid_argument(fmt::format("score {} is for target {} of {}", i, target, targets));
  }
  const bool ends = scores_.empty() || (scores_.back().target & kLastScore) != 0;
  if (!ends) return invalid_argument("the scores of the last leaf have no end");
  return {};
}

Result<void> Trees::check_tree(std::size_t tree, std::size_t features,
                               std::vector<std::uint32_t>& depths) {
  const std::int64_t begin = roots_[tree];
  const std::int64_t end =
      tree + 1 < count() ? roots_[tree + 1] : static_cast<std::int64_t>(nodes_.size());
  if (begin < 0 || begin >= end || end > static_cast<std::int64_t>(nodes_.size()))
    return invalid_argument(
        fmt::format("tree {} has nodes {} to {} of {}", tree, begin, end, nodes_.size()));
  const auto first = static_cast<std::size_t>(begin);
  const auto size = static_cast<std::size_t>(end - begin);
  depths.assign(size, 0);
  std::uint32_t deepest = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const TreeNode& node = nodes_[first + i];
    if (auto sound = check_node(first + i, first + size, features); !sound)
      return std::move(sound).error().in(fmt::format("tree {}, node {}", tree, first + i));
    with_equal_ |= (node.flags & kEqual) != 0;
    deepest = std::max(deepest, depths[i]);
    if ((node.flags & kLeaf) != 0) continue;
    const std::size_t child = node.child - first;
    for (const std::size_t one : {child, child + 1})
      depths[one] = std::max(depths[one], depths[i] + 1);
  }
  depths_.push_back(deepest);
  return {};
}

Result<void> Trees::check_node(std::size_t index, std::size_t end, std::size_t features) const {
  const TreeNode& node = nodes_[index];
  if (node.feature >= features)
    return invalid_argument(fmt::format("feature {} of {}", node.feature, features));
  if ((node.flags & kLeaf) == 0) {
    if (node.child <= index || node.child + std::uint64_t{1} >= end)
      return invalid_argument(
          fmt::format("child {}; one after it and before {} was expected", node.child, end - 1));
    return {};
  }
  if (node.child != index) return invalid_argument(fmt::format("a leaf leads to {}", node.child));
  const auto first = std::bit_cast<std::uint32_t>(node.threshold);
  if (!scores_.empty() && first >= scores_.size())
    return invalid_argument(fmt::format("score {} of {}", first, scores_.size()));
  return {};
}

void Trees::walk(const float* x, const TreeNode** leaves) const {
  return with_equal_ ? walk_all<true>(x, leaves) : walk_all<false>(x, leaves);
}

template <bool WithEqual>
void Trees::walk_all(const float* x, const TreeNode** leaves) const {
  const TreeNode* const nodes = nodes_.data();
  std::size_t tree = 0;
  for (; tree + kTogether <= count(); tree += kTogether) {
    std::array<std::uint32_t, kTogether> at{};
    std::uint32_t steps = 0;
    for (std::size_t i = 0; i < kTogether; ++i) {
      at[i] = static_cast<std::uint32_t>(roots_[tree + i]);
      steps = std::max(steps, depths_[tree + i]);
    }
    // Most trees are deeper on some ways than on others.
    std::uint32_t moved = 1;
    for (; steps > 0 && moved != 0; --steps) {
      moved = 0;
      for (std::uint32_t& node : at) {
        const std::uint32_t there = next<WithEqual>(nodes[node], x);
        moved |= there ^ node;
        node = there;
      }
    }
    for (std::size_t i = 0; i < kTogether; ++i) leaves[tree + i] = &nodes[at[i]];
  }
  for (; tree < count(); ++tree) {
    auto at = static_cast<std::uint32_t>(roots_[tree]);
    for (std::uint32_t steps = depths_[tree]; steps > 0; --steps)
      at = next<WithEqual>(nodes[at], x);
    leaves[tree] = &nodes[at];
  }
}

std::size_t Trees::steps() const {
  std::size_t steps = 0;
  for (const std::uint32_t depth : depths_) steps += depth + 1;
  return steps;
}

const LeafScore* Trees::scores_of(const TreeNode& leaf) const {
  return &scores_[std::bit_cast<std::uint32_t>(leaf.threshold)];
}

}  // namespace glowplug::engine::native
