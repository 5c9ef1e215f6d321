#include "handler/plain_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "handler/columns.h"
#include "handler/records/predict_codec.h"
#include "handler/records/record_schema.h"
#include "handler/scores.h"

namespace glowplug::handler {
namespace {

class PlainOutput final : public Output {
 public:
  explicit PlainOutput(Signature signature) : signature_(std::move(signature)) {}

  [[nodiscard]] Result<void> write(std::string& to, const RowOutputs& outputs) const override {
    if (outputs.runs.size() == 1)
      return records::append_prediction(to, outputs.runs[0], signature_);
    to += '[';
    for (const auto& run : outputs.runs) {
      if (&run != outputs.runs.data()) to += ',';
      GLOWPLUG_TRY(records::append_prediction(to, run, signature_));
    }
    to += ']';
    return {};
  }

  /// A row where the first dimension turns out to be 1. Several runs, of a sound heard chunk by
  /// chunk, make a list.
  [[nodiscard]] Json schema() const override {
    const bool may_be_rows = std::ranges::all_of(signature_.outputs, [](const TensorSpec& output) {
      return !output.shape.empty() && (output.shape[0] == -1 || output.shape[0] == 1);
    });
    Json forms = Json::array({records::prediction_schema(signature_, false)});
    if (may_be_rows) forms.push_back(records::prediction_schema(signature_, true));
    Json one = {{"anyOf", std::move(forms)}};
    Json list = {{"type", "array"}, {"items", one}};
    return {{"anyOf", Json::array({std::move(one), std::move(list)})}};
  }
  [[nodiscard]] std::vector<std::string> columns() const override {
    std::vector<std::string> names;
    for (const TensorSpec& output : signature_.outputs) {
      if (!has_column_for_each_class(output))
        names.push_back(output.name);
      else
        for (const std::string& label : output.labels) names.push_back(output.name + "." + label);
    }
    return names;
  }

  /// A single value as it is, one of each class in its column, others as JSON.
  [[nodiscard]] Result<std::vector<std::string>> cells(const RowOutputs& outputs) const override {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < signature_.outputs.size(); ++i) {
      if (has_column_for_each_class(signature_.outputs[i])) {
        GLOWPLUG_ASSIGN(const auto scores, numbers_in(outputs.runs.at(0).at(i)));
        for (const double score : scores)
          texts.push_back(fmt::format("{}", static_cast<float>(score)));
        continue;
      }
      Signature one;
      one.outputs = {signature_.outputs[i]};
      std::string text;
      GLOWPLUG_TRY(
          records::append_prediction(text, std::span(outputs.runs.at(0)).subspan(i, 1), one));
      const auto json = parse_json(text);
      texts.push_back(json && json->is_string() ? json->get<std::string>() : text);
    }
    return texts;
  }

  /// As the model gives them; those of several items, or of a sound heard chunk by chunk, one
  /// behind the other along dimension 0.
  [[nodiscard]] std::vector<TensorSpec> tensor_specs() const override {
    std::vector<TensorSpec> specs = signature_.outputs;
    for (TensorSpec& spec : specs)
      if (!spec.shape.empty()) spec.shape[0] = -1;
    return specs;
  }
  [[nodiscard]] Result<std::vector<Tensor>> tensors(
      std::span<const RowOutputs* const> rows) const override {
    std::vector<Tensor> all;
    for (std::size_t i = 0; i < signature_.outputs.size(); ++i) {
      std::vector<const Tensor*> parts;
      for (const RowOutputs* const row : rows)
        for (const auto& run : row->runs) parts.push_back(&run.at(i));
      GLOWPLUG_ASSIGN(Tensor joined, joined_tensor(parts));
      all.push_back(std::move(joined));
    }
    return all;
  }

 private:
  [[nodiscard]] static bool has_column_for_each_class(const TensorSpec& output) {
    return output.datatype == Datatype::fp32 && output.shape.size() == 2 &&
           !output.labels.empty() &&
           output.shape[1] == static_cast<std::int64_t>(output.labels.size());
  }

  Signature signature_;
};

}  // namespace

std::unique_ptr<Output> make_plain_output(const Signature& signature) {
  return std::make_unique<PlainOutput>(signature);
}

std::string preview_of(const Tensor& tensor) {
  constexpr std::size_t kShown = 6;
  const auto values = numbers_in(tensor);
  if (!values) return "text";
  std::string text;
  for (std::size_t i = 0; i < std::min(values->size(), kShown); ++i)
    text += fmt::format("{}{:.5g}", i == 0 ? "" : " ", (*values)[i]);
  return values->size() > kShown ? text + " …" : text;
}

}  // namespace glowplug::handler
