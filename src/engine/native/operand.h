#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "engine/native/plan_format.h"

namespace glowplug::engine::native {

/// Bytes of one element in memory.
[[nodiscard]] std::size_t size_of(Element element);
[[nodiscard]] std::string_view name_of(Element element);

/// A value while a plan runs: what its elements are, its shape, and where they lie. Operations keep
/// pointers to operands; the session moves `data` and changes shapes between runs.
struct Operand {
  Element element = Element::float32;
  std::uint8_t rank = 0;
  bool constant = false;  ///< the same in every run
  /// Its elements are there when operations are bound, not only when they run: constants and what
  /// is computed from shapes.
  bool known = false;
  std::array<std::int64_t, kMostDimensions> dimensions{};
  std::size_t count = 1;  ///< product of the dimensions
  std::byte* data = nullptr;

  [[nodiscard]] std::span<const std::int64_t> shape() const { return {dimensions.data(), rank}; }
  [[nodiscard]] std::int64_t last() const { return rank == 0 ? 1 : dimensions[rank - 1U]; }
  /// Product of all dimensions before `axis`, and from it on.
  [[nodiscard]] std::size_t count_before(std::size_t axis) const;
  [[nodiscard]] std::size_t count_from(std::size_t axis) const;
  [[nodiscard]] std::size_t size_bytes() const { return count * size_of(element); }

  template <class T>
  [[nodiscard]] std::span<const T> values() const {
    return {reinterpret_cast<const T*>(data), count};
  }
  template <class T>
  [[nodiscard]] std::span<T> room() const {
    return {reinterpret_cast<T*>(data), count};
  }

  /// Errors: invalid_argument (a negative dimension, too many of them), exhausted (more than 2^31
  /// elements).
  [[nodiscard]] Result<void> set(Element new_element, std::span<const std::int64_t> new_shape);
};

/// "FP32[2,4]", for error texts.
[[nodiscard]] std::string describe(const Operand& operand);

/// The shape that `a` and `b` have together by NumPy's rules. Errors: invalid_argument.
struct Shape8 {
  std::array<std::int64_t, kMostDimensions> dimensions{};
  std::uint8_t rank = 0;
  [[nodiscard]] std::span<const std::int64_t> view() const { return {dimensions.data(), rank}; }
};
[[nodiscard]] Result<Shape8> broadcast(std::span<const std::int64_t> a,
                                       std::span<const std::int64_t> b);

}  // namespace glowplug::engine::native
