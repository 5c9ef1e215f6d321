#include "engine/native/operand.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/tensor.h"

namespace glowplug::engine::native {
namespace {

constexpr std::size_t kMostElements = std::size_t{1} << 31;

}  // namespace

std::size_t size_of(Element element) {
  static constexpr std::array<std::size_t, kElementCount> kSizes = {
      4, 8, 8, 4, 1, sizeof(std::string_view), 1};
  return kSizes[static_cast<std::size_t>(element)];
}

std::string_view name_of(Element element) {
  static constexpr std::array<std::string_view, kElementCount> kNames = {
      "FP32", "FP64", "INT64", "INT32", "BOOL", "BYTES", "raw bytes"};
  return kNames[static_cast<std::size_t>(element)];
}

std::size_t Operand::count_before(std::size_t axis) const {
  std::size_t product = 1;
  for (std::size_t i = 0; i < axis; ++i) product *= static_cast<std::size_t>(dimensions[i]);
  return product;
}

std::size_t Operand::count_from(std::size_t axis) const {
  std::size_t product = 1;
  for (std::size_t i = axis; i < rank; ++i) product *= static_cast<std::size_t>(dimensions[i]);
  return product;
}

Result<void> Operand::set(Element new_element, std::span<const std::int64_t> new_shape) {
  if (new_shape.size() > kMostDimensions)
    return invalid_argument(
        fmt::format("{} dimensions; at most {}", new_shape.size(), kMostDimensions));
  // Zeros count as 1 here, so that no product of a part of the dimensions overflows either.
  std::size_t bound = 1;
  std::size_t product = 1;
  for (const std::int64_t dimension : new_shape) {
    if (dimension < 0) return invalid_argument("a negative dimension: " + to_string(new_shape));
    const auto size = static_cast<std::uint64_t>(dimension);
    if (size <= kMostElements) bound *= std::max<std::uint64_t>(size, 1);
    if (size > kMostElements || bound > kMostElements)
      return Error{Code::exhausted, "too many elements: " + to_string(new_shape), {}};
    product *= size;
  }
  element = new_element;
  rank = static_cast<std::uint8_t>(new_shape.size());
  std::ranges::copy(new_shape, dimensions.begin());
  count = product;
  return {};
}

std::string describe(const Operand& operand) {
  return fmt::format("{}{}", name_of(operand.element), to_string(operand.shape()));
}

Result<Shape8> broadcast(std::span<const std::int64_t> a, std::span<const std::int64_t> b) {
  Shape8 shape;
  shape.rank = static_cast<std::uint8_t>(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < shape.rank; ++i) {
    const std::int64_t x = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t y = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (x != y && x != 1 && y != 1)
      return invalid_argument(
          fmt::format("{} and {} do not fit together", to_string(a), to_string(b)));
    shape.dimensions[shape.rank - 1U - i] = x == 1 ? y : x;
  }
  return shape;
}

}  // namespace glowplug::engine::native
