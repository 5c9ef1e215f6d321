// Operations that take a part of a tensor: by index, by range.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "engine/native/operation.h"

namespace glowplug::engine::native {
namespace {

/// inputs: data, indexes INT64 or INT32; parameter: axis. Negative indexes count from the end.
class Gather final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    if (in(0).rank == 0 || in(0).element == Element::raw)
      return invalid_argument(describe(in(0)) + " has nothing to choose from");
    if (in(1).element != Element::int64 && in(1).element != Element::int32)
      return Error{Code::unimplemented, "indexes are " + describe(in(1)), {}};
    GLOWPLUG_ASSIGN(axis_, axis_parameter(0, in(0).rank));
    std::vector<std::int64_t> shape(in(0).shape().begin(), in(0).shape().end());
    const auto at = shape.erase(shape.begin() + static_cast<std::ptrdiff_t>(axis_));
    shape.insert(at, in(1).shape().begin(), in(1).shape().end());
    return out().set(in(0).element, shape);
  }
  Result<void> run() override {
    const std::size_t block = in(0).count_from(axis_ + 1) * size_of(out().element);
    const std::int64_t choices = in(0).dimensions[axis_];
    const std::size_t outer = in(0).count_before(axis_);
    for (std::size_t k = 0; k < in(1).count; ++k) {
      const std::int64_t given = index(k);
      const std::int64_t chosen = given < 0 ? given + choices : given;
      if (chosen < 0 || chosen >= choices)
        return invalid_argument(
            fmt::format("index {}; one in [{}, {}] was expected", given, -choices, choices - 1));
      for (std::size_t o = 0; o < outer && block != 0; ++o)
        std::memcpy(
            out().data + (o * in(1).count + k) * block,
            in(0).data +
                (o * static_cast<std::size_t>(choices) + static_cast<std::size_t>(chosen)) * block,
            block);
    }
    return {};
  }

 private:
  [[nodiscard]] std::int64_t index(std::size_t k) const {
    return in(1).element == Element::int64 ? in(1).values<std::int64_t>()[k]
                                           : in(1).values<std::int32_t>()[k];
  }
  std::size_t axis_ = 0;
};

/// inputs: x, starts, ends, axes and steps INT64, known when bound; the last two may be left out.
class Slice final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    const Operand& x = in(0);
    if (x.element == Element::raw) return invalid_argument("raw bytes");
    for (std::size_t i = 0; i < x.rank; ++i) ranges_[i] = {0, 1, x.dimensions[i]};
    GLOWPLUG_ASSIGN(const auto starts, known_integers(1));
    GLOWPLUG_ASSIGN(const auto ends, known_integers(2));
    std::span<const std::int64_t> axes;
    std::span<const std::int64_t> steps;
    if (has(3)) {
      GLOWPLUG_ASSIGN(axes, known_integers(3));
    }
    if (has(4)) {
      GLOWPLUG_ASSIGN(steps, known_integers(4));
    }
    if (ends.size() != starts.size() || (has(3) && axes.size() != starts.size()) ||
        (has(4) && steps.size() != starts.size()) || starts.size() > x.rank)
      return invalid_argument("starts, ends, axes and steps are not as many as each other");
    for (std::size_t i = 0; i < starts.size(); ++i)
      GLOWPLUG_TRY(add_range(has(3) ? axes[i] : static_cast<std::int64_t>(i), starts[i], ends[i],
                             has(4) ? steps[i] : 1));
    Shape8 shape;
    shape.rank = x.rank;
    for (std::size_t i = 0; i < x.rank; ++i) shape.dimensions[i] = ranges_[i].count;
    return out().set(x.element, shape.view());
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    for (std::size_t at = 0; at < out().count; ++at) {
      std::size_t rest = at;
      std::int64_t from = 0;
      std::int64_t stride = 1;
      for (std::size_t axis = out().rank; axis-- > 0;) {
        const auto full = static_cast<std::size_t>(out().dimensions[axis]);
        const Range& range = ranges_[axis];
        from += (range.first + static_cast<std::int64_t>(rest % full) * range.step) * stride;
        rest /= full;
        stride *= in(0).dimensions[axis];
      }
      std::memcpy(out().data + at * size, in(0).data + static_cast<std::size_t>(from) * size, size);
    }
    return {};
  }

 private:
  struct Range {
    std::int64_t first = 0;
    std::int64_t step = 1;
    std::int64_t count = 0;
  };
  Result<void> add_range(std::int64_t axis, std::int64_t start, std::int64_t end,
                         std::int64_t step) {
    const std::int64_t rank = in(0).rank;
    if (axis < -rank || axis >= rank) return invalid_argument(fmt::format("axis {}", axis));
    const auto at = static_cast<std::size_t>(axis < 0 ? axis + rank : axis);
    const std::int64_t size = in(0).dimensions[at];
    if (step == 0) return invalid_argument("a step of 0");
    step = std::clamp<std::int64_t>(step, -(size + 1), size + 1);
    // ONNX, Slice: negative ones count from the end, then they are clamped into the dimension.
    const auto clamped = [&](std::int64_t value, std::int64_t low, std::int64_t high) {
      return std::clamp(value < 0 && value >= -size ? value + size
                        : value < 0                 ? low
                                                    : value,
                        low, high);
    };
    const std::int64_t first = step > 0 ? clamped(start, 0, size) : clamped(start, -1, size - 1);
    const std::int64_t last = step > 0 ? clamped(end, 0, size) : clamped(end, -1, size - 1);
    const std::int64_t span = step > 0 ? last - first : first - last;
    const std::int64_t stride = step > 0 ? step : -step;
    ranges_[at] = {first, step, span <= 0 ? 0 : (span + stride - 1) / stride};
    return {};
  }
  std::array<Range, kMostDimensions> ranges_{};
};

}  // namespace

std::span<const OperationType> select_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::gather, "gather", 2, 2, 1, 1, 1, make<Gather>},
      OperationType{Opcode::slice, "slice", 3, 5, 1, 0, 0, make<Slice>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
