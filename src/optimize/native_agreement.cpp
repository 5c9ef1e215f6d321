#include "optimize/native_agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "optimize/numbers.h"

namespace glowplug::optimize {
namespace {

Error differs(std::string text) { return Error{Code::failed_precondition, std::move(text), {}}; }

double scale_of(std::span<const double> values) {
  double most = 0;
  for (const double value : values) {
    if (std::isfinite(value)) most = std::max(most, std::abs(value));
  }
  return most;
}

Result<void> compare_numbers(const TensorSpec& spec, const Tensor& expected, const Tensor& got,
                             Agreement& agreement) {
  const std::vector<double> a = numbers_of(expected.view());
  const std::vector<double> b = numbers_of(got.view());
  const double scale = scale_of(a);
  agreement.elements += a.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    const double difference = scale == 0 ? std::abs(a[i] - b[i]) : std::abs(a[i] - b[i]) / scale;
    if (!(difference <= kNativeTolerance))
      return differs(fmt::format("output \"{}\", element {}: {} where ONNX Runtime has {}",
                                 spec.name, i, b[i], a[i]));
    agreement.largest_difference = std::max(agreement.largest_difference, difference);
  }
  return {};
}

/// Whether the two largest scores of a row, or the one score and where it is cut, are equal within
/// the tolerance.
bool is_tied(std::span<const double> scores) {
  const double tolerance = 2 * kNativeTolerance;
  if (scores.size() == 1)
    return std::abs(scores[0]) <= tolerance || std::abs(scores[0] - 0.5) <= tolerance;
  std::vector<double> sorted(scores.begin(), scores.end());
  std::ranges::sort(sorted, std::greater<>());
  const double scale = std::max(1.0, std::abs(sorted[0]));
  return std::abs(sorted[0] - sorted[1]) <= tolerance * scale;
}

bool has_tied_scores(std::span<const TensorSpec> outputs, std::span<const Tensor> expected,
                     std::size_t row, std::size_t rows) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& tensor = expected[i];
    if (!is_floating(outputs[i].datatype) || tensor.shape.empty() ||
        tensor.shape[0] != static_cast<std::int64_t>(rows))
      continue;
    const std::vector<double> scores = numbers_of(tensor.view());
    const std::size_t width = scores.size() / rows;
    if (width != 0 && is_tied(std::span(scores).subspan(row * width, width))) return true;
  }
  return false;
}

/// Elements of a label as bytes that can be compared.
Result<std::vector<std::string_view>> elements_of(const Tensor& tensor) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.shape));
  if (tensor.datatype == Datatype::bytes) return bytes_elements(tensor.bytes, count);
  const std::size_t size = element_size(tensor.datatype);
  std::vector<std::string_view> elements;
  elements.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    elements.emplace_back(reinterpret_cast<const char*>(tensor.bytes.data()) + i * size, size);
  return elements;
}

Result<void> compare_labels(std::span<const TensorSpec> outputs, std::size_t index,
                            std::span<const Tensor> expected, const Tensor& got,
                            Agreement& agreement) {
  GLOWPLUG_ASSIGN(const auto a, elements_of(expected[index]));
  GLOWPLUG_ASSIGN(const auto b, elements_of(got));
  const auto& shape = expected[index].shape;
  const std::size_t rows = shape.empty() ? 1 : static_cast<std::size_t>(shape[0]);
  agreement.elements += a.size();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (!has_tied_scores(outputs, expected, i / std::max<std::size_t>(a.size() / rows, 1), rows))
      return differs(fmt::format("output \"{}\", element {}: another label than ONNX Runtime's",
                                 outputs[index].name, i));
    ++agreement.tied_labels;
  }
  return {};
}

}  // namespace

Result<void> compare_answers(std::span<const TensorSpec> outputs, std::span<const Tensor> expected,
                             std::span<const Tensor> got, Agreement& agreement) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (expected[i].datatype != got[i].datatype || expected[i].shape != got[i].shape)
      return differs(fmt::format("output \"{}\" is {}{} where ONNX Runtime has {}{}",
                                 outputs[i].name, name_of(got[i].datatype), to_string(got[i].shape),
                                 name_of(expected[i].datatype), to_string(expected[i].shape)));
    GLOWPLUG_TRY(is_floating(outputs[i].datatype)
                     ? compare_numbers(outputs[i], expected[i], got[i], agreement)
                     : compare_labels(outputs, i, expected, got[i], agreement));
  }
  return {};
}

}  // namespace glowplug::optimize
