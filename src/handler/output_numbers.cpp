#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "handler/columns.h"
#include "handler/output_kinds.h"
#include "handler/records/json_text.h"
#include "handler/records/record_schema.h"
#include "handler/scores.h"

namespace glowplug::handler {
namespace {

using records::append_json_float;
using records::append_json_string;

void append_list(std::string& to, std::span<const double> values) {
  to += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    to += i == 0 ? "" : ",";
    append_json_float(to, static_cast<float>(values[i]));
  }
  to += ']';
}

std::vector<std::string> texts_of(std::span<const double> values) {
  std::vector<std::string> texts;
  for (const double value : values) texts.push_back(fmt::format("{}", static_cast<float>(value)));
  return texts;
}

std::int64_t width_or_free(std::size_t width) {
  return width == 0 ? -1 : static_cast<std::int64_t>(width);
}

std::vector<Tensor> one_tensor(Tensor tensor) {
  std::vector<Tensor> list;
  list.push_back(std::move(tensor));
  return list;
}

/// The only tensor of an answer: the numbers that `read` finds for each row.
template <class Read>
Result<std::vector<Tensor>> one_list(std::span<const RowOutputs* const> rows, bool flat,
                                     const Read& read) {
  std::vector<std::vector<double>> all;
  for (const RowOutputs* const row : rows) {
    GLOWPLUG_ASSIGN(auto values, read(*row));
    all.push_back(std::move(values));
  }
  GLOWPLUG_ASSIGN(Tensor tensor, list_tensor(all, flat));
  return one_tensor(std::move(tensor));
}

Json list_of_numbers() { return {{"type", "array"}, {"items", records::score_schema()}}; }

/// value * scale + offset.
class NumberOutput final : public Output {
 public:
  /// `width`: how many there are in a row; 0: not fixed.
  NumberOutput(std::size_t tensor, std::size_t width, double scale, double offset)
      : tensor_(tensor), width_(width), scale_(scale), offset_(offset) {}

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> values, scaled(outputs));
    if (values.size() == 1)
      append_json_float(to, static_cast<float>(values[0]));
    else
      append_list(to, values);
    return {};
  }
  [[nodiscard]] Json schema() const override {
    if (width_ == 1) return records::score_schema();
    if (width_ > 1) return list_of_numbers();
    return {{"anyOf", Json::array({records::score_schema(), list_of_numbers()})}};
  }
  /// A column for each; one with all of them where their number is not fixed.
  [[nodiscard]] std::vector<std::string> columns() const override {
    if (width_ <= 1) return {"prediction"};
    std::vector<std::string> names;
    names.reserve(width_);
    for (std::size_t i = 0; i < width_; ++i) names.push_back(fmt::format("prediction_{}", i));
    return names;
  }
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> values, scaled(outputs));
    if (width_ > 0 || values.size() == 1) return texts_of(values);
    std::string list;
    append_list(list, values);
    return std::vector<std::string>{list};
  }
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    Shape shape{-1};
    if (width_ != 1) shape.push_back(width_or_free(width_));
    return {{"prediction", Datatype::fp32, shape, false, {}}};
  }
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    return one_list(rows, width_ == 1, [this](const RowOutputs& row) { return scaled(row); });
  }

 private:
  [[nodiscard]] Result<std::vector<double>> scaled(const RowOutputs& outputs) const {
    GLOWPLUG_ASSIGN(const Tensor* const tensor, answered(outputs, 0, tensor_));
    GLOWPLUG_ASSIGN(std::vector<double> values, numbers_in(*tensor));
    for (double& value : values) value = value * scale_ + offset_;
    return values;
  }
  std::size_t tensor_, width_;
  double scale_, offset_;
};

/// A vector that stands for the input.
class EmbeddingOutput final : public Output {
 public:
  /// `width`: how many numbers the model gives for a row; 0: not fixed.
  EmbeddingOutput(std::size_t tensor, std::size_t width, bool normalize, std::size_t dimensions)
      : tensor_(tensor), width_(width), normalize_(normalize), dimensions_(dimensions) {}

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> vector, vector_of(outputs));
    append_list(to, vector);
    return {};
  }
  [[nodiscard]] Json schema() const override {
    Json list = list_of_numbers();
    if (dimensions_ > 0) list["maxItems"] = dimensions_;
    return list;
  }
  [[nodiscard]] std::vector<std::string> columns() const override { return {"embedding"}; }
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> vector, vector_of(outputs));
    std::string text;
    append_list(text, vector);
    return std::vector<std::string>{text};
  }
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    const std::size_t width =
        dimensions_ > 0 && width_ > 0 ? std::min(dimensions_, width_) : width_;
    return {{"embedding", Datatype::fp32, {-1, width_or_free(width)}, false, {}}};
  }
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    return one_list(rows, false, [this](const RowOutputs& row) { return vector_of(row); });
  }

 private:
  [[nodiscard]] Result<std::vector<double>> vector_of(const RowOutputs& outputs) const {
    GLOWPLUG_ASSIGN(const Tensor* const tensor, answered(outputs, 0, tensor_));
    GLOWPLUG_ASSIGN(std::vector<double> vector, numbers_in(*tensor));
    if (dimensions_ > 0 && dimensions_ < vector.size()) vector.resize(dimensions_);
    if (!normalize_) return vector;
    double square = 0;
    for (const double value : vector) square += value * value;
    constexpr double kLeastLength = 1e-12;  // as torch.nn.functional.normalize
    const double length = std::max(std::sqrt(square), kLeastLength);
    for (double& value : vector) value /= length;
    return vector;
  }
  std::size_t tensor_, width_;
  bool normalize_;
  std::size_t dimensions_;
};

/// One number for each run of a model that hears a sound chunk by chunk.
class SeriesOutput final : public Output {
 public:
  SeriesOutput(std::size_t tensor, double threshold, std::string label)
      : tensor_(tensor), threshold_(threshold), label_(std::move(label)) {}

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> scores, series(outputs));
    const double most = scores.empty() ? 0 : *std::ranges::max_element(scores);
    to += '{';
    GLOWPLUG_TRY(append_json_string(to, label_));
    to += most > threshold_ ? ":true,\"score\":" : ":false,\"score\":";
    append_json_float(to, static_cast<float>(most));
    to += ",\"scores\":";
    append_list(to, scores);
    to += '}';
    return {};
  }
  [[nodiscard]] Json schema() const override {
    return schema_of_object({{label_, {{"type", "boolean"}}},
                             {"score", records::score_schema()},
                             {"scores", list_of_numbers()}});
  }
  [[nodiscard]] std::vector<std::string> columns() const override { return {label_, "score"}; }
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs& outputs) const override {
    GLOWPLUG_ASSIGN(const std::vector<double> scores, series(outputs));
    const double most = scores.empty() ? 0 : *std::ranges::max_element(scores);
    return std::vector<std::string>{most > threshold_ ? "true" : "false",
                                    fmt::format("{}", static_cast<float>(most))};
  }
  /// The scores of a shorter sound end with zeros; `chunks` says how many are its own.
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    return {{label_, Datatype::bool_, {-1}, false, {}},
            {"score", Datatype::fp32, {-1}, false, {}},
            {"scores", Datatype::fp32, {-1, -1}, false, {}},
            {"chunks", Datatype::int64, {-1}, false, {}}};
  }
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    std::vector<bool> found;
    std::vector<double> best;
    std::vector<std::vector<double>> all;
    std::vector<std::int64_t> chunks;
    for (const RowOutputs* const row : rows) {
      GLOWPLUG_ASSIGN(auto scores, series(*row));
      best.push_back(scores.empty() ? 0 : *std::ranges::max_element(scores));
      found.push_back(best.back() > threshold_);
      chunks.push_back(static_cast<std::int64_t>(scores.size()));
      all.push_back(std::move(scores));
    }
    const auto count = static_cast<std::int64_t>(rows.size());
    std::vector<Tensor> answer = one_tensor(flag_tensor({count}, found));
    answer.push_back(float_tensor({count}, best));
    answer.push_back(padded_tensor(all));
    answer.push_back(integer_tensor(chunks));
    return answer;
  }

 private:
  [[nodiscard]] Result<std::vector<double>> series(const RowOutputs& outputs) const {
    std::vector<double> scores;
    for (std::size_t run = 0; run < outputs.runs.size(); ++run) {
      GLOWPLUG_ASSIGN(const Tensor* const tensor, answered(outputs, run, tensor_));
      GLOWPLUG_ASSIGN(const std::vector<double> values, numbers_in(*tensor));
      scores.insert(scores.end(), values.begin(), values.end());
    }
    return scores;
  }
  std::size_t tensor_;
  double threshold_;
  std::string label_;
};

Result<std::unique_ptr<Output>> make_number(const SpecReader& spec, std::size_t tensor,
                                            std::size_t width) {
  GLOWPLUG_TRY(spec.only({"type", "tensor", "scale", "offset"}));
  GLOWPLUG_ASSIGN(const double scale, spec.number("scale", 1));
  GLOWPLUG_ASSIGN(const double offset, spec.number("offset", 0));
  return std::unique_ptr<Output>(std::make_unique<NumberOutput>(tensor, width, scale, offset));
}

Result<std::unique_ptr<Output>> make_embedding(const SpecReader& spec, std::size_t tensor,
                                               std::size_t width) {
  constexpr std::int64_t kMostDimensions = 1 << 20;
  GLOWPLUG_TRY(spec.only({"type", "tensor", "normalize", "dimensions"}));
  GLOWPLUG_ASSIGN(const bool normalize, spec.flag("normalize", false));
  GLOWPLUG_ASSIGN(const std::int64_t dimensions, spec.integer("dimensions", 0, 0, kMostDimensions));
  return std::unique_ptr<Output>(std::make_unique<EmbeddingOutput>(
      tensor, width, normalize, static_cast<std::size_t>(dimensions)));
}

Result<std::unique_ptr<Output>> make_series(const SpecReader& spec, std::size_t tensor) {
  GLOWPLUG_TRY(spec.only({"type", "tensor", "threshold", "label"}));
  GLOWPLUG_ASSIGN(const double threshold, spec.number("threshold", 0.5));
  GLOWPLUG_ASSIGN(std::string label, spec.text("label", "found"));
  for (const char* const taken : {"score", "scores", "chunks"})
    if (label == taken) return spec.wrong("label", "another name: the answer has one of that name");
  return std::unique_ptr<Output>(
      std::make_unique<SeriesOutput>(tensor, threshold, std::move(label)));
}

}  // namespace

Result<std::unique_ptr<Output>> make_number_output(const SpecReader& spec, const std::string& type,
                                                   const Signature& signature) {
  GLOWPLUG_ASSIGN(const std::size_t tensor, output_index(spec, "tensor", signature));
  const std::size_t width = values_in_row(signature.outputs[tensor]);
  if (type == "number") return make_number(spec, tensor, width);
  // Tokens' vectors become one before they are here.
  const bool is_pooled = signature.outputs[tensor].shape.size() != 2;
  if (type == "embedding") return make_embedding(spec, tensor, is_pooled ? 0 : width);
  return make_series(spec, tensor);
}

}  // namespace glowplug::handler
