// From scores to classes: the second half of linear classifiers, and ensembles of trees. What
// labels and scores become in each case is not in the ONNX specification; here it is as ONNX
// Runtime 1.28 does it (core/providers/cpu/ml/linearclassifier.cc, tree_ensemble_aggregator.h).
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <new>

#include "engine/native/operation.h"
#include "engine/native/post_transform.h"
#include "engine/native/trees.h"

namespace glowplug::engine::native {
namespace {

Result<PostTransform> post_transform_of(std::int64_t number) {
  if (number < 0 || number >= kPostTransformCount)
    return invalid_argument(fmt::format("post transform {}", number));
  return static_cast<PostTransform>(number);
}

/// Constant INT64 or text labels, one a class.
Result<void> check_labels(const Operand& labels) {
  const bool known_type = labels.element == Element::int64 || labels.element == Element::text;
  if (labels.constant && labels.rank == 1 && labels.count > 0 && known_type) return {};
  return invalid_argument(fmt::format(
      "labels are {}; a constant list of INT64 or BYTES belongs there", describe(labels)));
}

void put_label(const Operand& labels, std::size_t label, const Operand& out, std::size_t row) {
  if (labels.element == Element::int64) {
    out.room<std::int64_t>()[row] = labels.values<std::int64_t>()[label];
  } else {
    out.room<std::string_view>()[row] = labels.values<std::string_view>()[label];
  }
}

/// FP32 [rows, columns], or one row of [columns]; gives the rows.
Result<std::int64_t> rows_of(const Operand& x) {
  if (x.rank == 2) return x.dimensions[0];
  if (x.rank == 1) return 1;
  return invalid_argument("rows and columns were expected, not " + describe(x));
}

/// inputs: scores FP32 [rows, targets], labels; parameters: PostTransform, 1 to give both classes
/// for one target; outputs: label [rows], scores [rows, targets or 2].
class LinearClasses final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_ASSIGN(post_, post_transform_of(parameter(0)));
    return check_labels(in(1));
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    GLOWPLUG_ASSIGN(const std::int64_t rows, rows_of(in(0)));
    targets_ = static_cast<std::size_t>(in(0).last());
    const std::size_t classes = std::max<std::size_t>(targets_, 2);
    if (targets_ == 0 || in(1).count < classes)
      return invalid_argument(fmt::format("{} labels for {} scores", in(1).count, targets_));
    const bool both = targets_ == 1 && parameter(1) != 0;
    columns_ = both ? 2 : targets_;
    const std::array shape{rows, static_cast<std::int64_t>(columns_)};
    GLOWPLUG_TRY(out(0).set(in(1).element, std::span(shape).first(1)));
    return out(1).set(Element::float32, shape);
  }
  Result<void> run() override {
    const std::size_t rows = out(0).count;
    for (std::size_t row = 0; row < rows; ++row) {
      const auto scores = in(0).values<float>().subspan(row * targets_, targets_);
      const auto to = out(1).room<float>().subspan(row * columns_, columns_);
      put_label(in(1), label_of(scores), out(0), row);
      if (columns_ != targets_) {
        give_both(scores[0], to.first<2>());
      } else {
        std::ranges::copy(scores, to.begin());
        if (post_ == PostTransform::softmax_zero) transform(post_, to);
      }
    }
    if (columns_ == targets_) transform_all(out(1).room<float>());
    return {};
  }

 private:
  static std::size_t label_of(std::span<const float> scores) {
    if (scores.size() == 1) return scores[0] > 0 ? 1 : 0;
    std::size_t best = 0;
    for (std::size_t i = 1; i < scores.size(); ++i) {
      if (scores[i] > scores[best]) best = i;
    }
    return best;
  }
  /// The rows of `scores` at once, since they are often shorter than a register.
  void transform_all(std::span<float> scores) const {
    if (post_ == PostTransform::logistic)
      kernels().sigmoid(scores.data(), scores.data(), scores.size());
    if (post_ != PostTransform::softmax) return;
    for (std::size_t at = 0; at < scores.size(); at += columns_) {
      const auto row = scores.subspan(at, columns_);
      const float most = *std::ranges::max_element(row);
      for (float& score : row) score -= most;
    }
    kernels().exponential(scores.data(), scores.data(), scores.size());
    for (std::size_t at = 0; at < scores.size(); at += columns_) {
      const auto row = scores.subspan(at, columns_);
      float sum = 0;
      for (const float score : row) sum += score;
      for (float& score : row) score /= sum;
    }
  }
  /// SOFTMAX of one score is none.
  void give_both(float score, std::span<float, 2> to) const {
    to[1] = post_ == PostTransform::logistic ? logistic(score) : score;
    to[0] = 1 - to[1];
  }
  PostTransform post_ = PostTransform::none;
  std::size_t targets_ = 0;
  std::size_t columns_ = 0;
};

/// A sum that knows whether anything was added to it.
struct Score {
  float value = 0;
  bool given = false;
};

/// inputs: x FP32 [rows, features], nodes, roots, scores of leaves, base values FP32 (may be left
/// out) …; parameters: PostTransform, targets, features, …
class TreeOperation : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_ASSIGN(post_, post_transform_of(parameter(0)));
    if (parameter(1) < 1 || parameter(1) > kMostTargets)
      return invalid_argument(fmt::format("{} targets", parameter(1)));
    targets_ = static_cast<std::size_t>(parameter(1));
    if (parameter(2) < 1 || parameter(2) > std::int64_t{1} << 16)
      return invalid_argument(fmt::format("{} features", parameter(2)));
    GLOWPLUG_ASSIGN(trees_, Trees::create(in(1), in(2), in(3),
                                          static_cast<std::size_t>(parameter(2)), targets_));
    single_ = in(3).count == 0;
    return has(4) ? need_constant(4, Element::float32, 1) : Result<void>();
  }
  [[nodiscard]] std::size_t scratch_bytes() const override {
    return trees_.count() * sizeof(const TreeNode*) + (targets_ + 1) * sizeof(Score);
  }
  [[nodiscard]] double work() const override {
    const auto rows = static_cast<double>(in(0).rank == 2 ? in(0).dimensions[0] : 1);
    return rows * (static_cast<double>(trees_.steps()) + static_cast<double>(targets_));
  }

 protected:
  static constexpr std::int64_t kMostTargets = 1 << 16;

  Result<std::int64_t> bind_input() {
    GLOWPLUG_TRY(need(0, Element::float32));
    GLOWPLUG_ASSIGN(const std::int64_t rows, rows_of(in(0)));
    if (in(0).last() < parameter(2))
      return invalid_argument(
          fmt::format("{} where the trees look at {} features", describe(in(0)), parameter(2)));
    return rows;
  }

  /// The sums of one row, in the order of the trees.
  std::span<Score> sums(std::size_t row) {
    const auto leaves = reinterpret_cast<const TreeNode**>(scratch());
    trees_.walk(in(0).values<float>().data() + row * static_cast<std::size_t>(in(0).last()),
                leaves);
    auto* const memory = scratch() + trees_.count() * sizeof(const TreeNode*);
    const std::span sums(reinterpret_cast<Score*>(memory), targets_);
    std::ranges::fill(sums, Score{});
    for (std::size_t tree = 0; tree < trees_.count(); ++tree) {
      if (single_) {
        sums[0].value += leaves[tree]->threshold;
        sums[0].given = true;
      } else {
        add_scores(trees_.scores_of(*leaves[tree]), sums);
      }
    }
    return sums;
  }
  [[nodiscard]] PostTransform post() const { return post_; }
  [[nodiscard]] std::size_t targets() const { return targets_; }
  [[nodiscard]] std::size_t tree_count() const { return trees_.count(); }
  [[nodiscard]] std::span<const float> base_values() const {
    return has(4) ? in(4).values<float>() : std::span<const float>();
  }

 private:
  static void add_scores(const LeafScore* score, std::span<Score> sums) {
    for (;; ++score) {
      Score& sum = sums[score->target & ~kLastScore];
      sum.value += score->score;
      sum.given = true;
      if ((score->target & kLastScore) != 0) return;
    }
  }
  Trees trees_;
  PostTransform post_ = PostTransform::none;
  std::size_t targets_ = 0;
  bool single_ = false;
};

/// … parameter 3: 1 for the average instead of the sum; output FP32 [rows, targets].
class TreeScores final : public TreeOperation {
 public:
  using TreeOperation::TreeOperation;
  Result<void> bind() override {
    GLOWPLUG_ASSIGN(const std::int64_t rows, bind_input());
    if (!base_values().empty() && base_values().size() != targets())
      return invalid_argument(
          fmt::format("{} base values for {} targets", base_values().size(), targets()));
    return out().set(Element::float32, std::array{rows, static_cast<std::int64_t>(targets())});
  }
  Result<void> run() override {
    const auto rows = static_cast<std::size_t>(out().dimensions[0]);
    for (std::size_t row = 0; row < rows; ++row) {
      const auto to = out().room<float>().subspan(row * targets(), targets());
      const std::span<Score> found = sums(row);
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = finished(found[i].value, i);
      transform(post(), to);
    }
    return {};
  }

 private:
  [[nodiscard]] float finished(float sum, std::size_t target) const {
    if (parameter(3) != 0) sum /= static_cast<float>(tree_count());
    return base_values().empty() ? sum : sum + base_values()[target];
  }
};

/// … input 5: labels; parameters 3: 1 if no score is negative, 4: 1 if all scores are for one class
/// of two; outputs: label [rows], scores [rows, labels].
class TreeClasses final : public TreeOperation {
 public:
  using TreeOperation::TreeOperation;
  Result<void> check() override {
    GLOWPLUG_TRY(TreeOperation::check());
    if (!has(5)) return invalid_argument("it lacks labels");
    GLOWPLUG_TRY(check_labels(in(5)));
    if (targets() < 2 || in(5).count != targets() || base_values().size() > targets())
      return invalid_argument(fmt::format("{} labels and {} base values for {} classes",
                                          in(5).count, base_values().size(), targets()));
    return {};
  }
  Result<void> bind() override {
    GLOWPLUG_ASSIGN(const std::int64_t rows, bind_input());
    const std::array shape{rows, static_cast<std::int64_t>(targets())};
    GLOWPLUG_TRY(out(0).set(in(5).element, std::span(shape).first(1)));
    return out(1).set(Element::float32, shape);
  }
  Result<void> run() override {
    const std::size_t rows = out(0).count;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::span<Score> found = sums(row);
      const auto to = out(1).room<float>().subspan(row * targets(), targets());
      const std::size_t label =
          targets() > 2 ? several(found, to) : two(found, to.template first<2>());
      put_label(in(5), label, out(0), row);
    }
    return {};
  }

 private:
  std::size_t several(std::span<Score> found, std::span<float> to) const {
    for (std::size_t i = 0; i < base_values().size(); ++i)
      found[i] = {found[i].value + base_values()[i], true};
    std::size_t best = 0;
    bool any = false;
    float most = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
      to[i] = found[i].value;
      if (!found[i].given || (any && !(found[i].value > most))) continue;
      any = true;
      most = found[i].value;
      best = i;
    }
    transform(post(), to);
    return best;
  }

  /// Two classes; the second's score may not have been given by any leaf.
  std::size_t two(std::span<Score> found, std::span<float, 2> to) const {
    const auto base = base_values();
    if (base.size() == 2 && found[1].given) {
      // base[0] is not used there.
      found[1].value = base[1] + found[0].value;
      found[0].value = -found[1].value;
    } else if (!base.empty()) {
      found[0] = {found[0].value + base[0], found[0].given || base.size() == 2};
    }
    for (Score& score : found) score.value = score.given ? score.value : 0;
    const bool has_second = found[1].given || base.size() == 2;
    const float deciding = found[1].given ? found[1].value : found[0].value;
    const bool complement = parameter(4) != 0 && parameter(3) != 0;
    const bool positive = complement ? deciding > 0.5F : deciding > 0;
    if (has_second) {
      to[0] = found[0].value;
      to[1] = found[1].value;
      transform(post(), to);
    } else {
      binary_scores(post(), complement ? SecondClass::complement : SecondClass::opposite,
                    found[0].value, to);
    }
    return positive ? 1 : 0;
  }
};

}  // namespace

std::span<const OperationType> class_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::linear_classes, "linear_classes", 2, 2, 2, 2, 2, make<LinearClasses>},
      OperationType{Opcode::tree_scores, "tree_scores", 4, 5, 1, 4, 4, make<TreeScores>},
      OperationType{Opcode::tree_classes, "tree_classes", 4, 6, 2, 5, 5, make<TreeClasses>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
