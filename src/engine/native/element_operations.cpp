// Operations on each element: unary, binary with broadcasting, cast, select.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "engine/native/element_kinds.h"
#include "engine/native/operation.h"

namespace glowplug::engine::native {
namespace {

Error unknown_type(const Operand& operand) {
  return Error{Code::unimplemented, fmt::format("elements of {}", name_of(operand.element)), {}};
}

template <class T>
T unary_value(Unary kind, T x, T a, T b) {
  switch (kind) {
    case Unary::negate:
      return -x;
    case Unary::absolute:
      return std::abs(x);
    case Unary::exponential:
      return std::exp(x);
    case Unary::logarithm:
      return std::log(x);
    case Unary::square_root:
      return std::sqrt(x);
    case Unary::reciprocal:
      return 1 / x;
    case Unary::floor:
      return std::floor(x);
    case Unary::ceiling:
      return std::ceil(x);
    case Unary::relu:
      return x < 0 ? 0 : x;
    case Unary::tanh:
      return std::tanh(x);
    case Unary::sigmoid:
      return 1 / (1 + std::exp(-x));
    case Unary::leaky_relu:
      return x < 0 ? a * x : x;
    case Unary::elu:
      return x < 0 ? a * std::expm1(x) : x;
    case Unary::hard_sigmoid:
      return std::clamp(a * x + b, T{0}, T{1});
    case Unary::clip:
      return std::min(std::max(x, a), b);
    case Unary::softplus:
      return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
    case Unary::error_function:
      return std::erf(x);
    case Unary::sign:
      return static_cast<T>((x > 0) - (x < 0));
    case Unary::softsign:
      return x / (1 + std::abs(x));
    default:
      return x;  // bind refuses the others
  }
}

/// inputs: x; parameters: Unary, a, b.
class UnaryOperation final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (parameter(0) < 0 || parameter(0) >= kUnaryCount)
      return invalid_argument(fmt::format("function {}", parameter(0)));
    kind_ = static_cast<Unary>(parameter(0));
    if (parameters().size() > 1) a_ = real_parameter(1);
    if (parameters().size() > 2) b_ = real_parameter(2);
    return {};
  }
  Result<void> bind() override {
    const Element element = in(0).element;
    const bool is_real = element == Element::float32 || element == Element::float64;
    const bool known = kind_ == Unary::logical_not ? element == Element::boolean
                       : element == Element::int64
                           ? kind_ == Unary::negate || kind_ == Unary::absolute
                           : is_real;
    if (!known) return unknown_type(in(0));
    const bool is_test = kind_ == Unary::logical_not || kind_ == Unary::is_nan;
    return out().set(is_test ? Element::boolean : element, in(0).shape());
  }
  Result<void> run() override {
    if (kind_ == Unary::is_nan) return test_nan();
    switch (in(0).element) {
      case Element::float32:
        run_floats();
        break;
      case Element::float64:
        run_each<double>();
        break;
      case Element::int64:
        run_integers();
        break;
      default:
        std::ranges::transform(in(0).values<std::uint8_t>(), out().room<std::uint8_t>().begin(),
                               [](std::uint8_t x) { return static_cast<std::uint8_t>(x == 0); });
    }
    return {};
  }

 private:
  void run_floats() {
    const float* const x = in(0).values<float>().data();
    float* const y = out().room<float>().data();
    switch (kind_) {
      case Unary::exponential:
        return kernels().exponential(x, y, out().count);
      case Unary::sigmoid:
        return kernels().sigmoid(x, y, out().count);
      case Unary::tanh:
        return kernels().tanh(x, y, out().count);
      default:
        return run_each<float>();
    }
  }
  template <class T>
  void run_each() {
    const T a = static_cast<T>(a_);
    const T b = static_cast<T>(b_);
    std::ranges::transform(in(0).values<T>(), out().room<T>().begin(),
                           [&](T x) { return unary_value<T>(kind_, x, a, b); });
  }
  void run_integers() {
    const bool negates = kind_ == Unary::negate;
    std::ranges::transform(
        in(0).values<std::int64_t>(), out().room<std::int64_t>().begin(), [&](std::int64_t x) {
          // Through unsigned: the least number has no opposite.
          const auto opposite = static_cast<std::int64_t>(-static_cast<std::uint64_t>(x));
          return negates || x < 0 ? opposite : x;
        });
  }
  Result<void> test_nan() {
    const auto to = out().room<std::uint8_t>().begin();
    if (in(0).element == Element::float32) {
      std::ranges::transform(in(0).values<float>(), to, [](float x) { return std::isnan(x); });
    } else {
      std::ranges::transform(in(0).values<double>(), to, [](double x) { return std::isnan(x); });
    }
    return {};
  }
  Unary kind_ = Unary::negate;
  float a_ = 0;
  float b_ = 0;
};

/// How the elements of an input lie below those of the output, which has other dimensions of 1.
struct Strides {
  std::array<std::size_t, kMostDimensions> of{};
  Strides() = default;
  Strides(const Operand& operand, const Operand& out) {
    std::size_t stride = 1;
    for (std::size_t i = 0; i < operand.rank; ++i) {
      const std::size_t axis = operand.rank - 1U - i;
      const auto size = static_cast<std::size_t>(operand.dimensions[axis]);
      of[out.rank - 1U - i] = size == 1 ? 0 : stride;
      stride *= size;
    }
  }
};

/// Calls `line(first output element, elements, offsets)` for each run along the last dimension.
template <std::size_t Inputs, class Line>
void each_line(const Operand& out, const std::array<Strides, Inputs>& strides, Line line) {
  if (out.count == 0) return;
  const std::size_t length = out.rank == 0 ? 1 : static_cast<std::size_t>(out.last());
  std::array<std::size_t, Inputs> offsets{};
  std::array<std::size_t, kMostDimensions> index{};
  for (std::size_t at = 0; at < out.count; at += length) {
    line(at, length, offsets);
    for (std::size_t axis = out.rank; axis-- > 1;) {
      const std::size_t i = axis - 1;
      const bool wraps = ++index[i] == static_cast<std::size_t>(out.dimensions[i]);
      for (std::size_t k = 0; k < Inputs; ++k) {
        offsets[k] += strides[k].of[i];
        if (wraps) offsets[k] -= strides[k].of[i] * static_cast<std::size_t>(out.dimensions[i]);
      }
      if (!wraps) break;
      index[i] = 0;
    }
  }
}

bool gives_boolean(Binary kind) { return kind >= Binary::less && kind <= Binary::logical_xor; }
bool takes_boolean(Binary kind) {
  return kind >= Binary::logical_and && kind <= Binary::logical_xor;
}

/// Two's complement without undefined overflow.
template <class T, class F>
T wrapping(T x, T y, F f) {
  if constexpr (std::is_integral_v<T>) {
    using U = std::make_unsigned_t<T>;
    return static_cast<T>(f(static_cast<U>(x), static_cast<U>(y)));
  } else {
    return f(x, y);
  }
}

/// inputs: x, y; parameter: Binary. Dimensions go together by NumPy's rules.
class BinaryOperation final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (parameter(0) < 0 || parameter(0) >= kBinaryCount)
      return invalid_argument(fmt::format("function {}", parameter(0)));
    kind_ = static_cast<Binary>(parameter(0));
    return {};
  }
  Result<void> bind() override {
    if (in(0).element != in(1).element)
      return Error{Code::unimplemented,
                   fmt::format("{} with {}", name_of(in(0).element), name_of(in(1).element)),
                   {}};
    GLOWPLUG_TRY(check_type(in(0).element));
    GLOWPLUG_ASSIGN(const Shape8 shape, broadcast(in(0).shape(), in(1).shape()));
    GLOWPLUG_TRY(out().set(gives_boolean(kind_) ? Element::boolean : in(0).element, shape.view()));
    strides_ = {Strides(in(0), out()), Strides(in(1), out())};
    return {};
  }
  Result<void> run() override {
    switch (in(0).element) {
      case Element::float32:
        return run_numbers<float>();
      case Element::float64:
        return run_numbers<double>();
      case Element::int64:
        return run_numbers<std::int64_t>();
      case Element::int32:
        return run_numbers<std::int32_t>();
      case Element::text:
        return lines<std::string_view, std::uint8_t>(
            [](std::string_view x, std::string_view y) { return x == y; });
      default:
        return run_booleans();
    }
  }

 private:
  Result<void> check_type(Element element) const {
    const bool is_integer = element == Element::int64 || element == Element::int32;
    const bool is_number = is_integer || element == Element::float32 || element == Element::float64;
    const bool known = takes_boolean(kind_)     ? element == Element::boolean
                       : kind_ == Binary::equal ? element != Element::raw
                       : kind_ == Binary::power || kind_ == Binary::divide || kind_ == Binary::prelu
                           ? is_number && !is_integer
                           : is_number;
    return known ? Result<void>() : unknown_type(in(0));
  }

  template <class T, class R, class F>
  Result<void> lines(F f) {
    const T* const x = in(0).values<T>().data();
    const T* const y = in(1).values<T>().data();
    R* const to = out().room<R>().data();
    const std::size_t last = out().rank == 0 ? 0 : out().rank - 1U;
    const std::size_t sx = strides_[0].of[last];
    const std::size_t sy = strides_[1].of[last];
    each_line<2>(out(), strides_, [&](std::size_t at, std::size_t length, const auto& offsets) {
      const T* const a = x + offsets[0];
      const T* const b = y + offsets[1];
      R* const r = to + at;
      if (sx == 1 && sy == 1) {
        for (std::size_t i = 0; i < length; ++i) r[i] = static_cast<R>(f(a[i], b[i]));
      } else if (sx == 1 && sy == 0) {
        for (std::size_t i = 0; i < length; ++i) r[i] = static_cast<R>(f(a[i], b[0]));
      } else {
        for (std::size_t i = 0; i < length; ++i) r[i] = static_cast<R>(f(a[i * sx], b[i * sy]));
      }
    });
    return {};
  }

  template <class T>
  Result<void> run_numbers() {
    switch (kind_) {
      case Binary::add:
        return lines<T, T>([](T x, T y) { return wrapping(x, y, std::plus<>()); });
      case Binary::subtract:
        return lines<T, T>([](T x, T y) { return wrapping(x, y, std::minus<>()); });
      case Binary::multiply:
        return lines<T, T>([](T x, T y) { return wrapping(x, y, std::multiplies<>()); });
      case Binary::minimum:
        return lines<T, T>([](T x, T y) { return y < x ? y : x; });
      case Binary::maximum:
        return lines<T, T>([](T x, T y) { return x < y ? y : x; });
      case Binary::less:
        return lines<T, std::uint8_t>(std::less<>());
      case Binary::less_or_equal:
        return lines<T, std::uint8_t>(std::less_equal<>());
      case Binary::greater:
        return lines<T, std::uint8_t>(std::greater<>());
      case Binary::greater_or_equal:
        return lines<T, std::uint8_t>(std::greater_equal<>());
      case Binary::equal:
        return lines<T, std::uint8_t>(std::equal_to<>());
      default:
        return run_reals<T>();
    }
  }
  template <class T>
  Result<void> run_reals() {
    if constexpr (std::is_floating_point_v<T>) {
      if (kind_ == Binary::divide) return lines<T, T>(std::divides<>());
      if (kind_ == Binary::prelu) return lines<T, T>([](T x, T y) { return x < 0 ? x * y : x; });
      return lines<T, T>([](T x, T y) { return y == 2 ? x * x : std::pow(x, y); });
    }
    return {};
  }
  Result<void> run_booleans() {
    using U = std::uint8_t;
    if (kind_ == Binary::logical_and) return lines<U, U>([](U x, U y) { return x != 0 && y != 0; });
    if (kind_ == Binary::logical_or) return lines<U, U>([](U x, U y) { return x != 0 || y != 0; });
    const bool equal = kind_ == Binary::equal;
    return lines<U, U>([equal](U x, U y) { return ((x != 0) == (y != 0)) == equal; });
  }
  Binary kind_ = Binary::add;
  std::array<Strides, 2> strides_{};
};

/// inputs: condition BOOL, x, y of one type.
class Select final : public Operation {
 public:
  using Operation::Operation;
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::boolean));
    if (in(1).element != in(2).element || in(1).element == Element::raw) return unknown_type(in(1));
    GLOWPLUG_ASSIGN(const Shape8 values, broadcast(in(1).shape(), in(2).shape()));
    GLOWPLUG_ASSIGN(const Shape8 shape, broadcast(in(0).shape(), values.view()));
    GLOWPLUG_TRY(out().set(in(1).element, shape.view()));
    strides_ = {Strides(in(0), out()), Strides(in(1), out()), Strides(in(2), out())};
    return {};
  }
  Result<void> run() override {
    const std::size_t size = size_of(out().element);
    const std::size_t last = out().rank == 0 ? 0 : out().rank - 1U;
    each_line<3>(out(), strides_, [&](std::size_t at, std::size_t length, const auto& offsets) {
      for (std::size_t i = 0; i < length; ++i) {
        const bool first = in(0).values<std::uint8_t>()[offsets[0] + i * strides_[0].of[last]] != 0;
        const std::size_t k = first ? 1 : 2;
        const std::byte* from = in(k).data + (offsets[k] + i * strides_[k].of[last]) * size;
        std::copy_n(from, size, out().data + (at + i) * size);
      }
    });
    return {};
  }

 private:
  std::array<Strides, 3> strides_{};
};

/// As C++ converts, but defined for every value: floats outside of the range become the least
/// number, as the conversion instruction has it and ONNX Runtime with it.
template <class To, class From>
To converted(From x) {
  if constexpr (std::is_same_v<To, bool>) {
    return x != From{0};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    constexpr From kEnd = -static_cast<From>(std::numeric_limits<To>::min());
    return x >= -kEnd && x < kEnd ? static_cast<To>(x) : std::numeric_limits<To>::min();
  } else {
    return static_cast<To>(x);
  }
}

/// input: x of numbers or BOOL; parameter: Element of the output.
class Cast final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (parameter(0) < 0 || parameter(0) > static_cast<std::int64_t>(Element::boolean))
      return Error{Code::unimplemented, "to elements of another type", {}};
    to_ = static_cast<Element>(parameter(0));
    return {};
  }
  Result<void> bind() override {
    if (in(0).element > Element::boolean) return unknown_type(in(0));
    return out().set(to_, in(0).shape());
  }
  Result<void> run() override {
    switch (in(0).element) {
      case Element::float32:
        return from<float>();
      case Element::float64:
        return from<double>();
      case Element::int64:
        return from<std::int64_t>();
      case Element::int32:
        return from<std::int32_t>();
      default:
        return from<std::uint8_t>();  // a plan may hold other bytes than a bool may
    }
  }

 private:
  template <class From>
  Result<void> from() {
    switch (to_) {
      case Element::float32:
        return cast<From, float>();
      case Element::float64:
        return cast<From, double>();
      case Element::int64:
        return cast<From, std::int64_t>();
      case Element::int32:
        return cast<From, std::int32_t>();
      default:
        return cast<From, bool>();
    }
  }
  template <class From, class To>
  Result<void> cast() {
    std::ranges::transform(in(0).values<From>(), out().room<To>().begin(),
                           [](From x) { return converted<To>(x); });
    return {};
  }
  Element to_ = Element::float32;
};

}  // namespace

std::span<const OperationType> element_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::unary, "unary", 1, 1, 1, 1, 3, make<UnaryOperation>},
      OperationType{Opcode::binary, "binary", 2, 2, 1, 1, 1, make<BinaryOperation>},
      OperationType{Opcode::select, "select", 3, 3, 1, 0, 0, make<Select>},
      OperationType{Opcode::cast, "cast", 1, 1, 1, 1, 1, make<Cast>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
