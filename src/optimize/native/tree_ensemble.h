#pragma once
#include <cstdint>
#include <vector>

#include "base/result.h"
#include "optimize/native/lowering.h"

namespace glowplug::optimize::native {

/// Trees as the engine walks them (engine/native/trees.h).
struct TreeEnsemble {
  Constant nodes;
  Constant roots;
  Constant scores;                    ///< empty: each leaf holds the one score of target 0
  std::int64_t features = 0;          ///< that the trees look at
  std::vector<std::int64_t> targets;  ///< that some leaf has a score for, ascending
  bool has_negative_score = false;
};

/// Reads the attributes nodes_… of TreeEnsembleClassifier or -Regressor and those that begin with
/// `scores` ("class" or "target"). Comparisons are brought into the engine's form: x > t is
/// x <= t with the children exchanged, x < t is x <= the float before t.
/// Errors: unimplemented (modes and values that the engine does not have), invalid_argument (nodes
/// that are no trees).
[[nodiscard]] Result<TreeEnsemble> read_trees(Lowering& node, std::string_view scores);

}  // namespace glowplug::optimize::native
