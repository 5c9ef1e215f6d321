#include "handler/scores.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

namespace glowplug::handler {
namespace {

template <class Number>
std::vector<double> widened(const Tensor& tensor) {
  std::vector<double> values(tensor.bytes.size() / sizeof(Number));
  for (std::size_t i = 0; i < values.size(); ++i) {
    Number number{};
    std::memcpy(&number, tensor.bytes.data() + i * sizeof number, sizeof number);
    values[i] = static_cast<double>(number);
  }
  return values;
}

/// IEEE 754 binary16.
double from_half(std::uint16_t bits) {
  constexpr int kBias = 15;
  constexpr int kFractionBits = 10;
  const int exponent = (bits >> kFractionBits) & 0x1f;
  const int fraction = bits & 0x3ff;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 0x1f)
    return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(fraction, 1 - kBias - kFractionBits);
  return sign * std::ldexp(fraction + (1 << kFractionBits), exponent - kBias - kFractionBits);
}

double from_bfloat(std::uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16));
}

template <class Convert>
std::vector<double> converted(const Tensor& tensor, Convert convert) {
  std::vector<double> values(tensor.bytes.size() / sizeof(std::uint16_t));
  for (std::size_t i = 0; i < values.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, tensor.bytes.data() + i * sizeof bits, sizeof bits);
    values[i] = convert(bits);
  }
  return values;
}

}  // namespace

Activation activation_named(std::string_view name) {
  if (name == "softmax") return Activation::softmax;
  return name == "sigmoid" ? Activation::sigmoid : Activation::none;
}

Result<std::vector<double>> numbers_in(const Tensor& tensor) {
  if (auto sound = check_tensor(tensor.view()); !sound)
    return Error{Code::internal, "the model's answer: " + sound.error().message, {}};
  switch (tensor.datatype) {
    case Datatype::fp32:
      return widened<float>(tensor);
    case Datatype::fp64:
      return widened<double>(tensor);
    case Datatype::bool_:
    case Datatype::uint8:
      return widened<std::uint8_t>(tensor);
    case Datatype::int8:
      return widened<std::int8_t>(tensor);
    case Datatype::uint16:
      return widened<std::uint16_t>(tensor);
    case Datatype::int16:
      return widened<std::int16_t>(tensor);
    case Datatype::uint32:
      return widened<std::uint32_t>(tensor);
    case Datatype::int32:
      return widened<std::int32_t>(tensor);
    case Datatype::uint64:
      return widened<std::uint64_t>(tensor);
    case Datatype::int64:
      return widened<std::int64_t>(tensor);
    case Datatype::fp16:
      return converted(tensor, from_half);
    case Datatype::bf16:
      return converted(tensor, from_bfloat);
    case Datatype::bytes:
      break;
  }
  return Error{Code::internal, "the model's answer is text where numbers were expected", {}};
}

void activate(Activation activation, std::span<double> values) {
  if (activation == Activation::none || values.empty()) return;
  if (activation == Activation::sigmoid) {
    for (double& value : values) value = 1 / (1 + std::exp(-value));
    return;
  }
  const double most = *std::ranges::max_element(values);
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - most);
  for (double& value : values) value /= sum;
}

std::vector<std::size_t> largest(std::span<const double> values, std::size_t count) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    return std::isnan(values[i]) ? -std::numeric_limits<double>::infinity() : values[i];
  };
  const auto before = [&](std::size_t a, std::size_t b) {
    return key(a) != key(b) ? key(a) > key(b) : a < b;
  };
  const auto kept = static_cast<std::ptrdiff_t>(std::min(count, order.size()));
  std::partial_sort(order.begin(), order.begin() + kept, order.end(), before);
  order.resize(static_cast<std::size_t>(kept));
  return order;
}

}  // namespace glowplug::handler
