#include <fmt/format.h>

#include <algorithm>

#include "handler/columns.h"
#include "handler/output_kinds.h"
#include "handler/records/json_text.h"
#include "handler/records/record_schema.h"
#include "handler/scores.h"

namespace glowplug::handler {
namespace {

using records::append_json_float;
using records::append_json_string;

constexpr double kNoThreshold = -1e300;

struct ClassSpec {
  std::size_t tensor = 0;
  Activation activation = Activation::none;
  double threshold = 0;
  std::size_t top = 1;
  std::vector<std::string> labels;
  std::size_t width = 0;  ///< values of a row; 0: not fixed
};

/// Scores of one row and what they are called.
class ClassOutput : public Output {
 public:
  explicit ClassOutput(ClassSpec spec) : spec_(std::move(spec)) {}

 protected:
  [[nodiscard]] Result<std::vector<double>> scores(const RowOutputs& outputs) const {
    GLOWPLUG_ASSIGN(const Tensor* const tensor, answered(outputs, 0, spec_.tensor));
    GLOWPLUG_ASSIGN(std::vector<double> scores, numbers_in(*tensor));
    if (scores.empty()) return Error{Code::internal, "the model gave no scores", {}};
    if (scores.size() == 1 && spec_.labels.size() == 2)
      scores = two_classes(scores[0]);
    else
      activate(spec_.activation, scores);
    return scores;
  }
  [[nodiscard]] std::string label(std::size_t index) const {
    return index < spec_.labels.size() ? spec_.labels[index] : fmt::format("{}", index);
  }
  [[nodiscard]] Result<void> append_score(std::string& to, std::size_t index, double score) const {
    to += "{\"label\":";
    GLOWPLUG_TRY(append_json_string(to, label(index)));
    to += ",\"score\":";
    append_json_float(to, static_cast<float>(score));
    to += '}';
    return {};
  }
  [[nodiscard]] const ClassSpec& spec() const { return spec_; }
  [[nodiscard]] Json scored_class() const {
    return schema_of_object({{"label", label_schema()}, {"score", records::score_schema()}});
  }
  /// A class without a name is called by its number, which can be where the width is not fixed.
  [[nodiscard]] Json label_schema() const {
    return records::label_schema(spec_.width > 0 ? spec_.labels : std::vector<std::string>());
  }

 private:
  /// One score is that of the second class.
  [[nodiscard]] std::vector<double> two_classes(double score) const {
    if (spec_.activation != Activation::none) activate(Activation::sigmoid, {&score, 1});
    return {1 - score, score};
  }

  ClassSpec spec_;
};

/// The best class; several with "top".
class LabelOutput final : public ClassOutput {
 public:
  using ClassOutput::ClassOutput;

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> found, scores(outputs));
    const auto best = largest(found, spec().top);
    to += "{\"label\":";
    if (found[best[0]] < spec().threshold)
      to += "null";
    else
      GLOWPLUG_TRY(append_json_string(to, label(best[0])));
    to += ",\"score\":";
    append_json_float(to, static_cast<float>(found[best[0]]));
    if (spec().top > 1) GLOWPLUG_TRY(append_top(to, found, best));
    to += '}';
    return {};
  }
  [[nodiscard]] Json schema() const override {
    Json label = label_schema();
    if (spec().threshold > kNoThreshold)
      label = {{"anyOf", Json::array({std::move(label), {{"type", "null"}}})}};
    Json properties = {{"label", std::move(label)}, {"score", records::score_schema()}};
    if (spec().top > 1)
      properties["top"] = {{"type", "array"}, {"items", scored_class()}, {"maxItems", spec().top}};
    return schema_of_object(std::move(properties));
  }
  [[nodiscard]] std::vector<std::string> columns() const override { return {"label", "score"}; }
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> found, scores(outputs));
    const std::size_t best = largest(found, 1)[0];
    const bool sure = found[best] >= spec().threshold;
    return std::vector<std::string>{sure ? label(best) : "",
                                    fmt::format("{}", static_cast<float>(found[best]))};
  }
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    std::vector<TensorSpec> specs = {{"label", Datatype::bytes, {-1}, false, {}},
                                     {"score", Datatype::fp32, {-1}, false, {}}};
    if (spec().top == 1) return specs;
    const std::int64_t top = shown();
    specs.push_back({"top_label", Datatype::bytes, {-1, top}, false, {}});
    specs.push_back({"top_score", Datatype::fp32, {-1, top}, false, {}});
    return specs;
  }
  /// A label below the threshold is an empty text.
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    std::vector<std::string> labels, top_labels;
    std::vector<double> best_scores;
    std::vector<std::vector<double>> top_scores;
    for (const RowOutputs* const row : rows) {
      GLOWPLUG_ASSIGN(const std::vector<double> found, scores(*row));
      const auto best = largest(found, spec().top);
      labels.push_back(found[best[0]] < spec().threshold ? "" : label(best[0]));
      best_scores.push_back(found[best[0]]);
      auto& top = top_scores.emplace_back();
      for (const std::size_t index : best) {
        top_labels.push_back(label(index));
        top.push_back(found[index]);
      }
    }
    const auto count = static_cast<std::int64_t>(rows.size());
    std::vector<Tensor> all;
    all.push_back(text_tensor({count}, labels));
    all.push_back(float_tensor({count}, best_scores));
    if (spec().top == 1) return all;
    GLOWPLUG_ASSIGN(Tensor scores_of_top, list_tensor(top_scores, false));
    all.push_back(text_tensor(scores_of_top.shape, top_labels));
    all.push_back(std::move(scores_of_top));
    return all;
  }

 private:
  /// How many classes "top" shows; -1: that depends.
  [[nodiscard]] std::int64_t shown() const {
    const std::size_t width = spec().width == 1 ? spec().labels.size() : spec().width;
    return width == 0 ? -1 : static_cast<std::int64_t>(std::min(spec().top, width));
  }
  [[nodiscard]] Result<void> append_top(std::string& to, const std::vector<double>& found,
                                        const std::vector<std::size_t>& best) const {
    to += ",\"top\":[";
    for (std::size_t i = 0; i < best.size(); ++i) {
      to += i == 0 ? "" : ",";
      GLOWPLUG_TRY(append_score(to, best[i], found[best[i]]));
    }
    to += ']';
    return {};
  }
};

/// Every class above the threshold, the best first.
class LabelsOutput final : public ClassOutput {
 public:
  using ClassOutput::ClassOutput;

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> found, scores(outputs));
    to += "{\"labels\":[";
    bool first = true;
    for (const std::size_t index : largest(found, found.size())) {
      if (!(found[index] >= spec().threshold)) break;
      to += std::exchange(first, false) ? "" : ",";
      GLOWPLUG_TRY(append_score(to, index, found[index]));
    }
    to += "]}";
    return {};
  }
  [[nodiscard]] Json schema() const override {
    return schema_of_object({{"labels", {{"type", "array"}, {"items", scored_class()}}}});
  }
  [[nodiscard]] std::vector<std::string> columns() const override {
    std::vector<std::string> names;
    names.reserve(count());
    for (std::size_t i = 0; i < count(); ++i) names.push_back(label(i));
    return names;
  }
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> found, scores(outputs));
    if (found.size() != count())
      return Error{Code::unimplemented,
                   "classes whose number is not fixed have no form as CSV; ask for JSON",
                   {}};
    std::vector<std::string> texts;
    texts.reserve(found.size());
    for (const double score : found) texts.push_back(fmt::format("{}", static_cast<float>(score)));
    return texts;
  }
  /// All scores, and which are above the threshold.
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    const std::int64_t width = count() == 0 ? -1 : static_cast<std::int64_t>(count());
    return {{"scores", Datatype::fp32, {-1, width}, false, spec().labels},
            {"selected", Datatype::bool_, {-1, width}, false, {}}};
  }
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    std::vector<std::vector<double>> all;
    std::vector<bool> selected;
    for (const RowOutputs* const row : rows) {
      GLOWPLUG_ASSIGN(auto found, scores(*row));
      for (const double score : found) selected.push_back(score >= spec().threshold);
      all.push_back(std::move(found));
    }
    GLOWPLUG_ASSIGN(Tensor tensor, list_tensor(all, false));
    Tensor flags = flag_tensor(tensor.shape, selected);
    std::vector<Tensor> both;
    both.push_back(std::move(tensor));
    both.push_back(std::move(flags));
    return both;
  }

 private:
  [[nodiscard]] std::size_t count() const {
    return spec().labels.empty() ? spec().width : spec().labels.size();
  }
};

/// Names for each value of a row, or two for the only one.
Result<void> check_labels(const ClassSpec& spec, const TensorSpec& output) {
  if (spec.labels.empty() || spec.width == 0 || spec.labels.size() == spec.width) return {};
  if (spec.width == 1 && spec.labels.size() == 2) return {};
  return invalid_argument(
      fmt::format("output.labels has {} names; \"{}\" has {} values for each row",
                  spec.labels.size(), output.name, spec.width));
}

}  // namespace

Result<std::unique_ptr<Output>> make_class_output(const SpecReader& spec, const std::string& type,
                                                  const Signature& signature) {
  const bool best_only = type == "label";
  GLOWPLUG_TRY(best_only ? spec.only({"type", "tensor", "activation", "top", "threshold", "labels"})
                         : spec.only({"type", "tensor", "activation", "threshold", "labels"}));
  constexpr std::int64_t kMostTop = 1000;
  ClassSpec parsed;
  GLOWPLUG_ASSIGN(parsed.tensor, output_index(spec, "tensor", signature));
  GLOWPLUG_ASSIGN(const std::string activation,
                  spec.choice("activation", "none", {"none", "softmax", "sigmoid"}));
  parsed.activation = activation_named(activation);
  GLOWPLUG_ASSIGN(parsed.threshold, spec.number("threshold", best_only ? kNoThreshold : 0.5));
  GLOWPLUG_ASSIGN(const std::int64_t top, spec.integer("top", 1, 1, kMostTop));
  parsed.top = static_cast<std::size_t>(top);
  parsed.labels = signature.outputs[parsed.tensor].labels;
  parsed.width = values_in_row(signature.outputs[parsed.tensor]);
  GLOWPLUG_TRY(check_labels(parsed, signature.outputs[parsed.tensor]));
  if (best_only) return std::unique_ptr<Output>(std::make_unique<LabelOutput>(std::move(parsed)));
  return std::unique_ptr<Output>(std::make_unique<LabelsOutput>(std::move(parsed)));
}

}  // namespace glowplug::handler
