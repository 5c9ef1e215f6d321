// Operations along dimensions: sums and their like, softmax, the place of the largest.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/native/element_kinds.h"
#include "engine/native/operation.h"

namespace glowplug::engine::native {
namespace {

/// Terms of one reduction, one after the other.
template <class T>
class Fold {
 public:
  explicit Fold(Reduction kind) : kind_(kind) {
    if (kind == Reduction::product) value_ = 1;
    if (kind == Reduction::maximum || kind == Reduction::log_sum_exp)
      value_ = std::numeric_limits<T>::has_infinity ? -std::numeric_limits<T>::infinity()
                                                    : std::numeric_limits<T>::lowest();
    if (kind == Reduction::minimum)
      value_ = std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity()
                                                    : std::numeric_limits<T>::max();
  }
  void add(T x) {
    switch (kind_) {
      case Reduction::product:
        value_ = multiplied(value_, x);
        break;
      case Reduction::maximum:
      case Reduction::log_sum_exp:  // its first pass
        value_ = value_ < x || x != x ? x : value_;
        break;
      case Reduction::minimum:
        value_ = x < value_ || x != x ? x : value_;
        break;
      case Reduction::sum_of_squares:
      case Reduction::euclidean:
        value_ = added(value_, multiplied(x, x));
        break;
      case Reduction::absolute_sum:
        value_ = added(value_, x < 0 ? multiplied(x, T(-1)) : x);
        break;
      default:
        value_ = added(value_, x);
    }
  }
  [[nodiscard]] T finished(std::size_t count) const {
    switch (kind_) {
      case Reduction::mean:
        return count == 0 ? value_ : static_cast<T>(value_ / static_cast<T>(count));
      case Reduction::euclidean:
        return static_cast<T>(std::sqrt(value_));
      case Reduction::log_sum:
        return static_cast<T>(std::log(value_));
      default:
        return value_;
    }
  }

 private:
  static T added(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::uint64_t>(x) + static_cast<std::uint64_t>(y));
    } else {
      return x + y;
    }
  }
  static T multiplied(T x, T y) {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<std::uint64_t>(x) * static_cast<std::uint64_t>(y));
    } else {
      return x * y;
    }
  }
  Reduction kind_;
  T value_ = 0;
};

/// input: x; parameters: Reduction, 1 to keep the dimensions as 1, axes (none: all).
class Reduce final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (parameter(0) < 0 || parameter(0) >= kReductionCount)
      return invalid_argument(fmt::format("reduction {}", parameter(0)));
    kind_ = static_cast<Reduction>(parameter(0));
    return {};
  }
  Result<void> bind() override {
    const Element element = in(0).element;
    const bool is_real = element == Element::float32 || element == Element::float64;
    const bool for_integers = kind_ <= Reduction::sum_of_squares && kind_ != Reduction::mean;
    if (!is_real && !(element == Element::int64 && for_integers))
      return Error{Code::unimplemented, "elements of " + describe(in(0)), {}};
    std::array<bool, kMostDimensions> reduced{};
    for (std::size_t i = 2; i < parameters().size(); ++i) {
      GLOWPLUG_ASSIGN(const std::size_t axis, axis_parameter(i, in(0).rank));
      reduced[axis] = true;
    }
    return set_shape(reduced, parameters().size() == 2);
  }
  Result<void> run() override {
    if (in(0).element == Element::float32) return run_all<float>();
    if (in(0).element == Element::float64) return run_all<double>();
    return run_all<std::int64_t>();
  }
  [[nodiscard]] double work() const override {
    return static_cast<double>(out().count) * static_cast<double>(terms_count_);
  }

 private:
  Result<void> set_shape(const std::array<bool, kMostDimensions>& reduced, bool all) {
    Shape8 shape;
    terms_ = results_ = {};
    terms_count_ = 1;
    std::size_t stride = 1;
    for (std::size_t axis = in(0).rank; axis-- > 0;) {
      const auto size = static_cast<std::size_t>(in(0).dimensions[axis]);
      if (all || reduced[axis]) {
        terms_.add(size, stride);
        terms_count_ *= size;
      } else {
        results_.add(size, stride);
      }
      stride *= size;
    }
    for (std::size_t axis = 0; axis < in(0).rank; ++axis) {
      const bool gone = all || reduced[axis];
      if (!gone || parameter(1) != 0)
        shape.dimensions[shape.rank++] = gone ? 1 : in(0).dimensions[axis];
    }
    return out().set(in(0).element, shape.view());
  }

  template <class T>
  Result<void> run_all() {
    const T* const x = in(0).values<T>().data();
    const auto to = out().room<T>();
    // Of no terms there is no place either: x may be null.
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = one(terms_count_ == 0 ? x : x + results_.offset(i));
    return {};
  }
  template <class T>
  T one(const T* x) const {
    Fold<T> fold(kind_);
    for (std::size_t k = 0; k < terms_count_; ++k) fold.add(x[terms_.offset(k)]);
    const T found = fold.finished(terms_count_);
    if constexpr (std::is_floating_point_v<T>) {
      if (kind_ == Reduction::log_sum_exp) {
        const T most = std::isfinite(found) ? found : T{0};
        T sum = 0;
        for (std::size_t k = 0; k < terms_count_; ++k) sum += std::exp(x[terms_.offset(k)] - most);
        return std::log(sum) + most;
      }
    }
    return found;
  }

  /// Some of the dimensions, from the last one on: index to offset.
  struct Walk {
    std::size_t count = 0;
    std::array<std::size_t, kMostDimensions> sizes{};
    std::array<std::size_t, kMostDimensions> strides{};
    void add(std::size_t size, std::size_t stride) {
      sizes[count] = size;
      strides[count++] = stride;
    }
    [[nodiscard]] std::size_t offset(std::size_t index) const {
      if (count == 1) return index * strides[0];
      std::size_t at = 0;
      for (std::size_t i = 0; i < count; ++i) {
        at += index % sizes[i] * strides[i];
        index /= sizes[i];
      }
      return at;
    }
  };
  Reduction kind_ = Reduction::sum;
  Walk terms_;
  Walk results_;
  std::size_t terms_count_ = 1;
};

/// input: x FP32; parameters: first and last dimension that are summed over, 1 for the logarithm.
class Softmax final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    if (in(0).rank == 0) return invalid_argument("softmax of one number");
    GLOWPLUG_ASSIGN(first_, axis_parameter(0, in(0).rank));
    GLOWPLUG_ASSIGN(const std::size_t last, axis_parameter(1, in(0).rank));
    if (last < first_) return invalid_argument("axes in the wrong order");
    inner_ = in(0).count_from(last + 1);
    length_ = in(0).count == 0 ? 0 : in(0).count_from(first_) / inner_;
    return out().set(Element::float32, in(0).shape());
  }
  Result<void> run() override {
    if (out().count == 0) return {};
    const float* const x = in(0).values<float>().data();
    float* const y = out().room<float>().data();
    if (inner_ == 1) {
      lines(x, y, out().count / length_);
      return {};
    }
    const std::size_t block = inner_ * length_;
    for (std::size_t at = 0; at < out().count; at += block)
      for (std::size_t i = 0; i < inner_; ++i) column(x + at + i, y + at + i);
    return {};
  }
  [[nodiscard]] std::size_t scratch_bytes() const override {
    return inner_ == 1 ? 0 : 2 * length_ * sizeof(float);
  }

 private:
  /// All exponentials at once: lines are often shorter than a register.
  void lines(const float* x, float* y, std::size_t count) const {
    for (std::size_t line = 0; line < count; ++line) {
      const float* const from = x + line * length_;
      float* const to = y + line * length_;
      const float most = *std::max_element(from, from + length_);
      for (std::size_t i = 0; i < length_; ++i) to[i] = from[i] - most;
      if (parameter(2) != 0) log_line(to);
    }
    if (parameter(2) != 0) return;
    kernels().exponential(y, y, count * length_);
    for (float* to = y; to != y + count * length_; to += length_) {
      float sum = 0;
      for (std::size_t i = 0; i < length_; ++i) sum += to[i];
      for (std::size_t i = 0; i < length_; ++i) to[i] /= sum;
    }
  }
  void log_line(float* y) const {
    float sum = 0;
    for (std::size_t i = 0; i < length_; ++i) sum += std::exp(y[i]);
    const float log = std::log(sum);
    for (std::size_t i = 0; i < length_; ++i) y[i] -= log;
  }
  void column(const float* x, float* y) const {
    auto* const from = reinterpret_cast<float*>(scratch());
    for (std::size_t i = 0; i < length_; ++i) from[i] = x[i * inner_];
    lines(from, from + length_, 1);
    for (std::size_t i = 0; i < length_; ++i) y[i * inner_] = from[length_ + i];
  }
  std::size_t first_ = 0;
  std::size_t inner_ = 1;
  std::size_t length_ = 1;
};

/// input: x FP32, FP64 or INT64; parameters: axis, 1 to keep the dimension, 1 for the least instead
/// of the largest, 1 for the last of equal ones. Output INT64.
class ArgExtreme final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    const Element element = in(0).element;
    if (element != Element::float32 && element != Element::float64 && element != Element::int64)
      return Error{Code::unimplemented, "elements of " + describe(in(0)), {}};
    if (in(0).rank == 0) return invalid_argument("the largest of one number");
    GLOWPLUG_ASSIGN(axis_, axis_parameter(0, in(0).rank));
    if (in(0).dimensions[axis_] == 0) return invalid_argument("the largest of none");
    Shape8 shape;
    for (std::size_t i = 0; i < in(0).rank; ++i) {
      if (i == axis_ && parameter(1) == 0) continue;
      shape.dimensions[shape.rank++] = i == axis_ ? 1 : in(0).dimensions[i];
    }
    return out().set(Element::int64, shape.view());
  }
  Result<void> run() override {
    if (in(0).element == Element::float32) return run_all<float>();
    if (in(0).element == Element::float64) return run_all<double>();
    return run_all<std::int64_t>();
  }
  [[nodiscard]] double work() const override { return static_cast<double>(in(0).count); }

 private:
  template <class T>
  Result<void> run_all() {
    const auto length = static_cast<std::size_t>(in(0).dimensions[axis_]);
    const std::size_t inner = in(0).count_from(axis_ + 1);
    const auto to = out().room<std::int64_t>();
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = one(in(0).values<T>().data() + i / inner * inner * length + i % inner, length, inner);
    return {};
  }
  template <class T>
  std::int64_t one(const T* x, std::size_t length, std::size_t stride) const {
    const bool least = parameter(2) != 0;
    const bool last = parameter(3) != 0;
    std::size_t best = 0;
    for (std::size_t i = 1; i < length; ++i) {
      const T a = x[i * stride];
      const T b = x[best * stride];
      if (least ? a < b : a > b) best = i;
      if (last && a == b) best = i;
    }
    return static_cast<std::int64_t>(best);
  }
  std::size_t axis_ = 0;
};

}  // namespace

std::span<const OperationType> reduce_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::reduce, "reduce", 1, 1, 1, 2, 2 + kMostDimensions, make<Reduce>},
      OperationType{Opcode::softmax, "softmax", 1, 1, 1, 3, 3, make<Softmax>},
      OperationType{Opcode::arg_extreme, "arg_extreme", 1, 1, 1, 4, 4, make<ArgExtreme>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
