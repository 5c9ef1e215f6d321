// Operations that move elements or name them anew, and those that make tensors from shapes.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "engine/native/operation.h"
#include "engine/native/view_kinds.h"
#include "model/tensor.h"

namespace glowplug::engine::native {
namespace {

/// inputs: x, new shape (ReshapeKind::given); parameters: see ReshapeKind.
class Reshape final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (parameter(0) < 0 || parameter(0) >= kReshapeKindCount)
      return invalid_argument(fmt::format("kind {}", parameter(0)));
    kind_ = static_cast<ReshapeKind>(parameter(0));
    const bool has_all = kind_ == ReshapeKind::given     ? has(1) && parameters().size() == 2
                         : kind_ == ReshapeKind::flatten ? parameters().size() == 2
                                                         : true;
    return has_all ? Result<void>() : invalid_argument("it lacks a shape or an axis");
  }
  Result<void> bind() override {
    if (in(0).element == Element::raw) return invalid_argument("raw bytes");
    std::vector<std::int64_t> shape;
    GLOWPLUG_TRY(new_shape(shape));
    Operand found;
    GLOWPLUG_TRY(found.set(in(0).element, shape));
    if (found.count != in(0).count)
      return invalid_argument(fmt::format("{} elements of {} do not fill {}", in(0).count,
                                          describe(in(0)), describe(found)));
    return out().set(in(0).element, shape);
  }
  Result<void> run() override {
    out().data = in(0).data;
    return {};
  }
  [[nodiscard]] bool is_view() const override { return true; }

 private:
  Result<void> new_shape(std::vector<std::int64_t>& shape) const {
    const auto old = in(0).shape();
    switch (kind_) {
      case ReshapeKind::same:
        shape.assign(old.begin(), old.end());
        return {};
      case ReshapeKind::given:
        return given_shape(shape);
      case ReshapeKind::flatten: {
        const std::int64_t rank = in(0).rank;
        const std::int64_t axis = parameter(1) < 0 ? parameter(1) + rank : parameter(1);
        if (axis < 0 || axis > rank) return invalid_argument(fmt::format("axis {}", parameter(1)));
        const auto at = static_cast<std::size_t>(axis);
        shape = {static_cast<std::int64_t>(in(0).count_before(at)),
                 static_cast<std::int64_t>(in(0).count_from(at))};
        return {};
      }
      case ReshapeKind::squeeze:
        return squeezed_shape(shape);
      default:
        return unsqueezed_shape(shape);
    }
  }

  Result<void> given_shape(std::vector<std::int64_t>& shape) const {
    GLOWPLUG_ASSIGN(const auto given, known_integers(1));
    if (given.size() > kMostDimensions)
      return invalid_argument(fmt::format("{} dimensions", given.size()));
    std::size_t product = 1;
    std::size_t open = given.size();
    for (std::size_t i = 0; i < given.size(); ++i) {
      std::int64_t size = given[i];
      if (size == 0 && parameter(1) == 0) {
        if (i >= in(0).rank) return invalid_argument(fmt::format("there is no dimension {}", i));
        size = in(0).dimensions[i];
      }
      shape.push_back(size);
      if (size == -1 && open == given.size()) {
        open = i;
      } else if (size < 0 || size > std::int64_t{1} << 31) {
        return invalid_argument("shape " + to_string(given));
      } else {
        product =
            std::min<std::size_t>(product * static_cast<std::size_t>(size), std::size_t{1} << 32);
      }
    }
    if (open == given.size()) return {};
    if (product == 0) return invalid_argument("a free dimension beside one of 0");
    shape[open] = static_cast<std::int64_t>(in(0).count / product);
    return {};
  }

  Result<std::vector<bool>> axes(std::size_t rank) const {
    std::vector<bool> chosen(rank, false);
    for (std::size_t i = 1; i < parameters().size(); ++i) {
      GLOWPLUG_ASSIGN(const std::size_t axis, axis_parameter(i, rank));
      if (chosen[axis]) return invalid_argument(fmt::format("axis {} twice", axis));
      chosen[axis] = true;
    }
    return chosen;
  }
  Result<void> squeezed_shape(std::vector<std::int64_t>& shape) const {
    GLOWPLUG_ASSIGN(const std::vector<bool> chosen, axes(in(0).rank));
    const bool all = parameters().size() == 1;
    for (std::size_t i = 0; i < in(0).rank; ++i) {
      const std::int64_t size = in(0).dimensions[i];
      if (chosen[i] && size != 1)
        return invalid_argument(fmt::format("dimension {} is {}, not 1", i, size));
      if (!chosen[i] && !(all && size == 1)) shape.push_back(size);
    }
    return {};
  }
  Result<void> unsqueezed_shape(std::vector<std::int64_t>& shape) const {
    const std::size_t rank = in(0).rank + parameters().size() - 1;
    if (rank > kMostDimensions) return invalid_argument(fmt::format("{} dimensions", rank));
    GLOWPLUG_ASSIGN(const std::vector<bool> chosen, axes(rank));
    std::size_t next = 0;
    for (std::size_t i = 0; i < rank; ++i)
      shape.push_back(chosen[i] ? 1 : in(0).dimensions[next++]);
    return {};
  }
  ReshapeKind kind_ = ReshapeKind::same;
};

/// input: x; parameters: the permutation of its dimensions.
class Transpose final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    const std::size_t rank = in(0).rank;
    if (parameters().size() != rank || in(0).element == Element::raw)
      return invalid_argument(fmt::format("{} axes for {}", parameters().size(), describe(in(0))));
    Shape8 shape;
    std::array<bool, kMostDimensions> used{};
    for (std::size_t i = 0; i < rank; ++i) {
      GLOWPLUG_ASSIGN(const std::size_t axis, axis_parameter(i, rank));
      if (std::exchange(used[axis], true))
        return invalid_argument(fmt::format("axis {} twice", axis));
      shape.dimensions[i] = in(0).dimensions[axis];
      strides_[i] = in(0).count == 0 ? 0 : in(0).count_from(axis + 1);
    }
    shape.rank = in(0).rank;
    return out().set(in(0).element, shape.view());
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    std::array<std::int64_t, kMostDimensions> index{};
    std::size_t from = 0;
    for (std::size_t at = 0; at < out().count; ++at) {
      std::memcpy(out().data + at * size, in(0).data + from * size, size);
      for (std::size_t axis = out().rank; axis-- > 0;) {
        from += strides_[axis];
        if (++index[axis] < out().dimensions[axis]) break;
        from -= strides_[axis] * static_cast<std::size_t>(out().dimensions[axis]);
        index[axis] = 0;
      }
    }
    return {};
  }

 private:
  std::array<std::size_t, kMostDimensions> strides_{};
};

/// inputs: one or more of the same type; parameter: axis.
class Concat final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    for (std::size_t i = 0; i < input_count(); ++i) {
      if (!has(i)) return invalid_argument(fmt::format("input {} is left out", i));
    }
    return {};
  }
  Result<void> bind() override {
    GLOWPLUG_ASSIGN(axis_, axis_parameter(0, in(0).rank));
    Shape8 shape{in(0).dimensions, in(0).rank};
    for (std::size_t i = 1; i < input_count(); ++i) {
      GLOWPLUG_TRY(check_fits(in(i)));
      shape.dimensions[axis_] += in(i).dimensions[axis_];
    }
    return out().set(in(0).element, shape.view());
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    const std::size_t line = out().count_from(axis_) * size;
    std::size_t at = 0;
    for (std::size_t i = 0; i < input_count(); ++i) {
      const std::size_t part = in(i).count_from(axis_) * size;
      const std::size_t lines = part == 0 ? 0 : in(i).count_before(axis_);
      copy_lines(in(i).data, part, out().data + at, line, lines);
      at += part;
    }
    return {};
  }

 private:
  /// Lines of one number are what columns of a table are joined from.
  static void copy_lines(const std::byte* from, std::size_t part, std::byte* to, std::size_t line,
                         std::size_t lines) {
    if (part == sizeof(float)) {
      for (std::size_t i = 0; i < lines; ++i)
        std::memcpy(to + i * line, from + i * part, sizeof(float));
    } else {
      for (std::size_t i = 0; i < lines; ++i) std::memcpy(to + i * line, from + i * part, part);
    }
  }
  Result<void> check_fits(const Operand& operand) const {
    bool fits = operand.element == in(0).element && operand.rank == in(0).rank &&
                operand.element != Element::raw;
    for (std::size_t i = 0; fits && i < operand.rank; ++i)
      fits = i == axis_ || operand.dimensions[i] == in(0).dimensions[i];
    if (fits) return {};
    return invalid_argument(fmt::format("{} and {} do not join along axis {}", describe(in(0)),
                                        describe(operand), axis_));
  }
  std::size_t axis_ = 0;
};

/// input: x; output: its dimensions, INT64, from parameter 0 up to parameter 1.
class ShapeOf final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    const std::int64_t rank = in(0).rank;
    const auto bounded = [rank](std::int64_t axis) {
      return std::clamp<std::int64_t>(axis < 0 ? axis + rank : axis, 0, rank);
    };
    first_ = bounded(std::max<std::int64_t>(parameter(0), -rank));
    const std::int64_t end = std::max(first_, bounded(std::max(parameter(1), -rank)));
    return out().set(Element::int64, std::array{end - first_});
  }
  Result<void> run() override {
    std::copy_n(in(0).dimensions.begin() + first_, out().count, out().room<std::int64_t>().begin());
    return {};
  }

 private:
  std::int64_t first_ = 0;
};

/// inputs: shape INT64, known when bound, and one element to fill it with.
class Fill final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    GLOWPLUG_ASSIGN(const auto shape, known_integers(0));
    if (in(1).count != 1 || in(1).element == Element::raw)
      return invalid_argument("one element was expected, not " + describe(in(1)));
    return out().set(in(1).element, shape);
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    for (std::size_t i = 0; i < out().count; ++i)
      std::memcpy(out().data + i * size, in(1).data, size);
    return {};
  }
};

/// inputs: x, shape INT64, known when bound; output: x repeated as broadcasting has it.
class Expand final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    GLOWPLUG_ASSIGN(const auto wanted, known_integers(1));
    if (wanted.size() > kMostDimensions || in(0).element == Element::raw)
      return invalid_argument("shape " + to_string(wanted));
    GLOWPLUG_ASSIGN(const Shape8 shape, broadcast(in(0).shape(), wanted));
    return out().set(in(0).element, shape.view());
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    const std::size_t added = out().rank - in(0).rank;
    for (std::size_t at = 0; at < out().count; ++at) {
      std::size_t rest = at;
      std::size_t from = 0;
      std::size_t stride = 1;
      for (std::size_t axis = out().rank; axis-- > added;) {
        const auto mine = static_cast<std::size_t>(in(0).dimensions[axis - added]);
        const auto full = static_cast<std::size_t>(out().dimensions[axis]);
        if (mine != 1) from += rest % full * stride;
        rest /= full;
        stride *= mine;
      }
      std::memcpy(out().data + at * size, in(0).data + from * size, size);
    }
    return {};
  }
};

}  // namespace

std::span<const OperationType> shape_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::reshape, "reshape", 1, 2, 1, 1, 1 + kMostDimensions, make<Reshape>},
      OperationType{Opcode::transpose, "transpose", 1, 1, 1, 0, kMostDimensions, make<Transpose>},
      OperationType{Opcode::concat, "concat", 1, kMany, 1, 1, 1, make<Concat>},
      OperationType{Opcode::shape, "shape", 1, 1, 1, 2, 2, make<ShapeOf>},
      OperationType{Opcode::fill, "fill", 2, 2, 1, 0, 0, make<Fill>},
      OperationType{Opcode::expand, "expand", 2, 2, 1, 0, 0, make<Expand>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
