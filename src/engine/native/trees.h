#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/native/operand.h"

namespace glowplug::engine::native {

/// A node as it lies in a plan. The nodes of a tree are together, its root first; the two children
/// of a node are neighbors, the one taken when the condition holds first, and come after it.
struct TreeNode {
  /// Inner nodes: what x[feature] is compared with. Leaves: the score, or with several targets the
  /// bits of the index of the first LeafScore.
  float threshold;
  std::uint32_t child;  ///< of the ensemble; a leaf is its own child
  std::uint16_t feature;
  std::uint8_t flags;
  std::uint8_t reserved;
};
static_assert(sizeof(TreeNode) == 12);
/// x <= threshold decides, unless a flag says otherwise. Greater, less and their like are written
/// with these by the compiler: the children trade places, or the threshold becomes the next float.
inline constexpr std::uint8_t kLeaf = 1;
inline constexpr std::uint8_t kMissingHolds = 2;  ///< the condition holds for NaN
inline constexpr std::uint8_t kEqual = 4;         ///< x == threshold decides

/// One score of a leaf of an ensemble with several targets; those of a leaf follow each other.
struct LeafScore {
  std::uint32_t target;  ///< | kLastScore in a leaf's last
  float score;
};
static_assert(sizeof(LeafScore) == 8);
inline constexpr std::uint32_t kLastScore = 0x80000000;

/// The trees of a plan, checked.
class Trees {
 public:
  /// `nodes`, `roots` (first node of each tree, ascending) and `scores` (empty with one target) are
  /// constants, which outlive the object. Errors: invalid_argument, naming node or entry: a child
  /// that does not come after its parent or lies in another tree, a feature that is not below
  /// `features`, scores without an end, a target that is not below `targets`.
  [[nodiscard]] static Result<Trees> create(const Operand& nodes, const Operand& roots,
                                            const Operand& scores, std::size_t features,
                                            std::size_t targets);
  Trees() = default;

  [[nodiscard]] std::size_t count() const { return roots_.size(); }
  /// Nodes that one row is compared with, at most.
  [[nodiscard]] std::size_t steps() const;
  /// Leaf of each tree for the row `x`; `leaves` has room for count() pointers.
  void walk(const float* x, const TreeNode** leaves) const;
  /// Of a leaf, with several targets.
  [[nodiscard]] const LeafScore* scores_of(const TreeNode& leaf) const;

 private:
  [[nodiscard]] Result<void> check_scores(std::size_t targets) const;
  [[nodiscard]] Result<void> check_tree(std::size_t tree, std::size_t features,
                                        std::vector<std::uint32_t>& depths);
  [[nodiscard]] Result<void> check_node(std::size_t index, std::size_t end,
                                        std::size_t features) const;
  template <bool WithEqual>
  void walk_all(const float* x, const TreeNode** leaves) const;

  std::span<const TreeNode> nodes_;
  std::span<const std::int32_t> roots_;
  std::span<const LeafScore> scores_;
  std::vector<std::uint32_t> depths_;  ///< of each tree: steps to its deepest leaf
  bool with_equal_ = false;
};

}  // namespace glowplug::engine::native
