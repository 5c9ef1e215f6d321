#include "optimize/compare.h"

#include <algorithm>
#include <cmath>

#include "optimize/numbers.h"

namespace glowplug::optimize {
namespace {

/// BYTES elements; framing was checked before.
std::vector<std::string_view> texts_of(const TensorView& tensor) {
  const auto count = element_count(tensor.shape);
  GLOWPLUG_CHECK(count.has_value());
  auto elements = bytes_elements(tensor.bytes, *count);
  GLOWPLUG_CHECK(elements.has_value());
  return *std::move(elements);
}

void compare_texts(const TensorView& a, const TensorView& b, OutputDifference& result) {
  const auto left = texts_of(a);
  const auto right = texts_of(b);
  result.elements = left.size();
  for (std::size_t i = 0; i < left.size(); ++i) result.unequal += left[i] != right[i] ? 1 : 0;
  result.comparable = result.unequal == 0;
}

double largest_finite(const std::vector<double>& numbers) {
  double largest = 0;
  for (const double number : numbers) {
    if (std::isfinite(number)) largest = std::max(largest, std::fabs(number));
  }
  return largest;
}

/// Both NaN, or the same infinity: equal though their difference is NaN.
bool same_special(double a, double b) { return (std::isnan(a) && std::isnan(b)) || a == b; }

void compare_numbers(const TensorView& a, const TensorView& b, OutputDifference& result) {
  const std::vector<double> left = numbers_of(a);
  const std::vector<double> right = numbers_of(b);
  const std::size_t width = element_size(a.datatype);
  result.elements = left.size();
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (std::ranges::equal(a.bytes.subspan(i * width, width), b.bytes.subspan(i * width, width)))
      continue;
    ++result.unequal;
    if (same_special(left[i], right[i])) continue;
    const double distance = std::fabs(left[i] - right[i]);
    if (!std::isfinite(distance))
      result.comparable = false;
    else
      result.max_absolute = std::max(result.max_absolute, distance);
  }
  const double scale = largest_finite(left);
  result.max_relative = scale > 0 ? result.max_absolute / scale : result.max_absolute;
}

void take_worse(OutputDifference& into, const OutputDifference& more) {
  into.elements += more.elements;
  into.unequal += more.unequal;
  into.max_absolute = std::max(into.max_absolute, more.max_absolute);
  into.max_relative = std::max(into.max_relative, more.max_relative);
  into.comparable = into.comparable && more.comparable;
}

}  // namespace

OutputDifference difference(std::string_view output, const TensorView& a, const TensorView& b) {
  OutputDifference result;
  result.output = output;
  if (a.datatype != b.datatype || !std::ranges::equal(a.shape, b.shape))
    result.comparable = false;
  else if (a.datatype == Datatype::bytes)
    compare_texts(a, b, result);
  else
    compare_numbers(a, b, result);
  return result;
}

std::vector<OutputDifference> differences(std::span<const TensorSpec> outputs,
                                          std::span<const Tensor> a, std::span<const Tensor> b) {
  GLOWPLUG_CHECK(a.size() == outputs.size() && b.size() == outputs.size());
  std::vector<OutputDifference> all;
  all.reserve(outputs.size());
  for (std::size_t i = 0; i < outputs.size(); ++i)
    all.push_back(difference(outputs[i].name, a[i].view(), b[i].view()));
  return all;
}

void merge(std::vector<OutputDifference>& into, const std::vector<OutputDifference>& more) {
  if (into.empty()) {
    into = more;
    return;
  }
  GLOWPLUG_CHECK(into.size() == more.size());
  for (std::size_t i = 0; i < into.size(); ++i) take_worse(into[i], more[i]);
}

double relative_tolerance(Datatype datatype) {
  if (!is_floating(datatype)) return 0;
  return datatype == Datatype::fp16 || datatype == Datatype::bf16 ? 2e-2 : 1e-4;
}

bool agree(std::span<const TensorSpec> outputs, std::span<const OutputDifference> differences,
           double slack) {
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (!differences[i].comparable ||
        differences[i].max_relative > slack * relative_tolerance(outputs[i].datatype))
      return false;
  }
  return true;
}

double largest_relative(std::span<const OutputDifference> differences) {
  double largest = 0;
  for (const OutputDifference& one : differences) largest = std::max(largest, one.max_relative);
  return largest;
}

}  // namespace glowplug::optimize
