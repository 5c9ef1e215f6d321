// Operations on the columns of a table: scaler, normalizer, imputer (ai.onnx.ml).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/native/operation.h"

namespace glowplug::engine::native {
namespace {

/// One constant for all columns, or one each.
Result<void> check_columns(const Operand& x, const Operand& constants) {
  if (x.rank != 0 &&
      (constants.count == 1 || constants.count == static_cast<std::size_t>(x.last())))
    return {};
  return invalid_argument(
      fmt::format("{} for the columns of {}", describe(constants), describe(x)));
}

/// inputs: x FP32 [..., columns], offset and scale FP32 [columns] or [1]; (x - offset) * scale.
class Scaler final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    GLOWPLUG_TRY(need_constant(1, Element::float32, 1));
    return need_constant(2, Element::float32, 1);
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    GLOWPLUG_TRY(check_columns(in(0), in(1)));
    GLOWPLUG_TRY(check_columns(in(0), in(2)));
    return out().set(Element::float32, in(0).shape());
  }
  Result<void> run() override {
    const auto columns = static_cast<std::size_t>(out().last());
    const std::size_t offset_step = in(1).count == 1 ? 0 : 1;
    const std::size_t scale_step = in(2).count == 1 ? 0 : 1;
    const float* const offset = in(1).values<float>().data();
    const float* const scale = in(2).values<float>().data();
    for (std::size_t at = 0; at < out().count; at += columns) {
      const float* const x = in(0).values<float>().data() + at;
      float* const y = out().room<float>().data() + at;
      for (std::size_t i = 0; i < columns; ++i)
        y[i] = (x[i] - offset[i * offset_step]) * scale[i * scale_step];
    }
    return {};
  }
};

/// How Normalizer measures a row; parameter 0.
enum class Norm : std::int64_t { largest, absolute, euclidean };

/// input: x FP32 [rows, columns]; parameter: Norm. A row of norm 0 stays as it is.
class Normalizer final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (parameter(0) < 0 || parameter(0) > 2)
      return invalid_argument(fmt::format("norm {}", parameter(0)));
    norm_ = static_cast<Norm>(parameter(0));
    return {};
  }
  Result<void> bind() override {
    GLOWPLUG_TRY(need(0, Element::float32));
    if (in(0).rank == 0 || in(0).rank > 2)
      return invalid_argument("rows and columns were expected, not " + describe(in(0)));
    return out().set(Element::float32, in(0).shape());
  }
  Result<void> run() override {
    const auto columns = static_cast<std::size_t>(out().last());
    for (std::size_t at = 0; at < out().count; at += columns)
      row(in(0).values<float>().subspan(at, columns), out().room<float>().subspan(at, columns));
    return {};
  }

 private:
  [[nodiscard]] float norm_of(std::span<const float> x) const {
    float norm = norm_ == Norm::largest ? std::numeric_limits<float>::lowest() : 0;
    for (const float value : x) {
      if (norm_ == Norm::largest) norm = std::max(norm, value);
      if (norm_ == Norm::absolute) norm += std::abs(value);
      if (norm_ == Norm::euclidean) norm += value * value;
    }
    return norm;
  }
  void row(std::span<const float> x, std::span<float> y) const {
    const float norm = norm_of(x);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (norm == 0) {
        y[i] = x[i];
      } else if (norm_ == Norm::euclidean) {
        const float size = std::sqrt(x[i] * x[i] / norm);
        y[i] = x[i] < 0 ? -size : size;
      } else {
        y[i] = x[i] / norm;
      }
    }
  }
  Norm norm_ = Norm::largest;
};

/// inputs: x FP32 or INT64 [..., columns], values of its type [columns] or [1]; parameter: what is
/// replaced: an INT64, or the bits of a double (NaN: every NaN).
class Imputer final : public Operation {
 public:
  using Operation::Operation;
  Result<void> check() override {
    if (!has(1)) return invalid_argument("it lacks values");
    return need_constant(1, in(1).element, 1);
  }
  Result<void> bind() override {
    const Element element = in(0).element;
    if (element != Element::float32 && element != Element::int64)
      return Error{Code::unimplemented, "elements of " + describe(in(0)), {}};
    GLOWPLUG_TRY(need(1, element));
    GLOWPLUG_TRY(check_columns(in(0), in(1)));
    return out().set(element, in(0).shape());
  }
  Result<void> run() override {
    if (in(0).element == Element::int64) {
      const std::int64_t replaced = parameter(0);
      return replace<std::int64_t>([replaced](std::int64_t x) { return x == replaced; });
    }
    const float replaced = real_parameter(0);
    if (std::isnan(replaced)) return replace<float>([](float x) { return std::isnan(x); });
    return replace<float>([replaced](float x) { return x == replaced; });
  }

 private:
  template <class T, class Test>
  Result<void> replace(Test test) {
    const auto columns = static_cast<std::size_t>(out().last());
    const std::size_t step = in(1).count == 1 ? 0 : 1;
    const T* const x = in(0).values<T>().data();
    const T* const values = in(1).values<T>().data();
    T* const y = out().room<T>().data();
    for (std::size_t at = 0; at < out().count; at += columns)
      for (std::size_t i = 0; i < columns; ++i)
        y[at + i] = test(x[at + i]) ? values[i * step] : x[at + i];
    return {};
  }
};

}  // namespace

std::span<const OperationType> feature_operations() {
  static constexpr std::array kTypes = {
      OperationType{Opcode::scaler, "scaler", 3, 3, 1, 0, 0, make<Scaler>},
      OperationType{Opcode::normalizer, "normalizer", 1, 1, 1, 1, 1, make<Normalizer>},
      OperationType{Opcode::imputer, "imputer", 2, 2, 1, 1, 1, make<Imputer>},
  };
  return kTypes;
}

}  // namespace glowplug::engine::native
