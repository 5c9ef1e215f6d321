#include "front/oip/classification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <type_traits>
#include <vector>

#include "front/oip/typed_elements.h"

namespace glowplug::front::oip {
namespace {

constexpr std::size_t kMostValues = 1'000'000;  // of one row, as in Triton

template <class Number>
bool is_better(Number a, Number b) {
  if constexpr (std::is_floating_point_v<Number>) {
    if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  }
  return a > b;
}

template <class Number>
std::string value_text(Number value) {
  if constexpr (std::is_floating_point_v<Number>) {
    return fmt::format("{:f}", value);
  } else {
    return fmt::format("{}", value);
  }
}

/// Appends the best of the row that starts at `first`.
template <class Elements>
void append_best(const Elements& elements, std::size_t first, std::size_t row, std::size_t k,
                 std::span<const std::string> labels, std::vector<std::byte>& to) {
  std::vector<std::size_t> order(row);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto middle = order.begin() + static_cast<std::ptrdiff_t>(k);
  std::partial_sort(order.begin(), middle, order.end(), [&](std::size_t a, std::size_t b) {
    const auto left = elements[first + a];
    const auto right = elements[first + b];
    return is_better(left, right) || (!is_better(right, left) && a < b);
  });
  for (auto index = order.begin(); index != middle; ++index) {
    std::string text = fmt::format("{}:{}", value_text(elements[first + *index]), *index);
    if (*index < labels.size() && !labels[*index].empty()) text.append(":").append(labels[*index]);
    append_bytes_element(to, text);
  }
}

}  // namespace

Result<Tensor> classify(const Tensor& tensor, std::int64_t k, bool batched,
                        std::span<const std::string> labels) {
  const bool has_rows = batched && !tensor.shape.empty();
  const std::size_t rows = has_rows ? static_cast<std::size_t>(tensor.shape[0]) : 1;
  GLOWPLUG_ASSIGN(const std::size_t row,
                  element_count(std::span(tensor.shape).subspan(has_rows ? 1 : 0)));
  if (row > kMostValues)
    return Error{
        Code::invalid_argument,
        fmt::format("a row of {} values cannot be classified, the limit is {}", row, kMostValues),
        {}};
  const std::size_t best = std::min(static_cast<std::size_t>(k), row);
  Tensor answer{Datatype::bytes, {static_cast<std::int64_t>(best)}, {}};
  if (has_rows) answer.shape.insert(answer.shape.begin(), tensor.shape[0]);
  const bool ordered = visit_numbers(tensor.datatype, tensor.bytes, [&](const auto& elements) {
    for (std::size_t i = 0; i < rows; ++i)
      append_best(elements, i * row, row, best, labels, answer.bytes);
  });
  if (ordered) return answer;
  return Error{
      Code::invalid_argument, fmt::format("{} cannot be classified", name_of(tensor.datatype)), {}};
}

}  // namespace glowplug::front::oip
