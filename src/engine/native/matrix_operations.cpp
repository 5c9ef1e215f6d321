// Matrix products: with constant weights in panels (kernels.h), and of any two matrices.
#include <fmt/format.h>

#include <algorithm>

#include "engine/native/operation.h"

namespace glowplug::engine::native {
namespace {

/// inputs: x FP32 [..., depth], panels FP32 [panels, depth, 16], bias FP32 [columns] (may be left
/// out); parameters: columns, 1 to clamp, low, high; output [..., columns].
class Gemm final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_TRY(need_constant(1, Element::float32, 3));
    const Operand& panels = in(1);
    if (parameter(0) < 1 || panels.dimensions[2] != static_cast<std::int64_t>(kPanelWidth) ||
        static_cast<std::size_t>(panels.dimensions[0]) !=
            panels_of(static_cast<std::size_t>(parameter(0))))
      return invalid_argument(fmt::format("{} for {} columns", describe(panels), parameter(0)));
    columns_ = static_cast<std::size_t>(parameter(0));
    if (!has(2)) return {};
    GLOWPLUG_TRY(need_constant(2, Element::float32, 1));
    if (in(2).count == columns_) return {};
    return invalid_argument(fmt::format("bias {} for {} columns", describe(in(2)), columns_));
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    if (in(0).rank == 0 || in(0).last() != in(1).dimensions[1])
      return invalid_argument(
          fmt::format("{} where {} columns belong", describe(in(0)), in(1).dimensions[1]));
    Shape8 shape{in(0).dimensions, in(0).rank};
    shape.dimensions[shape.rank - 1U] = parameter(0);
    return out().set(Element::float32, shape.view());
  }
  Result<void> run() override {
    if (out().count == 0) return {};
    const auto depth = static_cast<std::size_t>(in(1).dimensions[1]);
    kernels().multiply({.a = in(0).values<float>().data(),
                        .a_stride = depth,
                        .rows = out().count / columns_,
                        .depth = depth,
                        .panels = in(1).values<float>().data(),
                        .offsets = nullptr,
                        .columns = columns_,
                        .out = out().room<float>().data(),
                        .out_stride = columns_,
                        .row_bias = nullptr,
                        .column_bias = has(2) ? in(2).values<float>().data() : nullptr,
                        .clamped = parameter(1) != 0,
                        .low = real_parameter(2),
                        .high = real_parameter(3)});
    return {};
  }
  [[nodiscard]] double work() const override {
    return static_cast<double>(out().count) * static_cast<double>(in(1).dimensions[1]);
  }

 private:
  std::size_t columns_ = 0;
};

/// inputs: a [..., rows, depth], b [depth, columns] or with the same dimensions before them; FP32
/// or FP64. For products that are not worth more: both factors computed, or FP64.
class MatMul final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    const Operand& a = in(0);
    const Operand& b = in(1);
    const bool is_real = a.element == Element::float32 || a.element == Element::float64;
    if (a.element != b.element || !is_real)
      return Error{Code::unimplemented, fmt::format("{} times {}", describe(a), describe(b)), {}};
    bool fits = a.rank >= 2 && b.rank >= 2 && (b.rank == 2 || b.rank == a.rank);
    for (std::size_t i = 0; fits && b.rank > 2 && i + 2U < b.rank; ++i)
      fits = a.dimensions[i] == b.dimensions[i];
    if (!fits || a.last() != b.dimensions[b.rank - 2U])
      return invalid_argument(fmt::format("{} times {}", describe(a), describe(b)));
    Shape8 shape{a.dimensions, a.rank};
    shape.dimensions[shape.rank - 1U] = b.last();
    return out().set(a.element, shape.view());
  }
  Result<void> run() override {
    if (in(0).element == Element::float32) return run_all<float>();
    return run_all<double>();
  }
  [[nodiscard]] double work() const override {
    return static_cast<double>(out().count) * static_cast<double>(in(0).last());
  }

 private:
  template <class T>
  Result<void> run_all() {
    const auto depth = static_cast<std::size_t>(in(0).last());
    const auto columns = static_cast<std::size_t>(in(1).last());
    if (out().count == 0) return {};
    const std::size_t rows = static_cast<std::size_t>(in(0).dimensions[in(0).rank - 2U]);
    const std::size_t all_rows = out().count / columns;
    const T* const a = in(0).values<T>().data();
    T* const to = out().room<T>().data();
    std::fill_n(to, out().count, T{0});
    for (std::size_t row = 0; row < all_rows; ++row) {
      const std::size_t batch = in(1).rank == 2 ? 0 : row / rows;
      const T* const b = in(1).values<T>().data() + batch * depth * columns;
      for (std::size_t k = 0; k < depth; ++k) {
        const T factor = a[row * depth + k];
        for (std::size_t j = 0; j < columns; ++j)
          to[row * columns + j] += factor * b[k * columns + j];
      }
    }
    return {};
  }
};

}  // namespace

std::span<const OperationType> matrix_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::gemm, "gemm", 2, 3, 1, 4, 4, make<Gemm>},
      OperationType{Opcode::matmul, "matmul", 2, 2, 1, 0, 0, make<MatMul>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
