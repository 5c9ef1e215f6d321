#include "optimize/numbers.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace glowplug::optimize {
namespace {

/// IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits.
double from_fp16(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int fraction = bits & 0x3ff;
  double magnitude = std::ldexp(fraction, -24);
  if (exponent == 0x1f)
    magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
  else if (exponent != 0)
    magnitude = std::ldexp(1024 + fraction, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

std::uint16_t to_fp16(double number) {
  const unsigned sign = std::signbit(number) ? 0x8000U : 0U;
  int exponent = 0;
  const double half_to_one = std::frexp(std::fabs(number), &exponent);
  if (half_to_one == 0) return static_cast<std::uint16_t>(sign);
  const auto fraction = static_cast<unsigned>(std::ldexp(half_to_one, 11)) & 0x3ffU;
  return static_cast<std::uint16_t>(sign | static_cast<unsigned>(exponent + 14) << 10 | fraction);
}

double from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}
std::uint16_t to_bf16(double number) {
  return static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(static_cast<float>(number)) >> 16);
}

template <class T, class Convert>
std::vector<double> read_all(std::span<const std::byte> bytes, Convert convert) {
  std::vector<double> numbers(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    T element;
    std::memcpy(&element, bytes.data() + i * sizeof(T), sizeof(T));
    numbers[i] = convert(element);
  }
  return numbers;
}

template <class T>
std::vector<double> read_plain(std::span<const std::byte> bytes) {
  return read_all<T>(bytes, [](T element) { return static_cast<double>(element); });
}

template <class T>
void append_plain(std::vector<std::byte>& to, T element) {
  const auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(element);
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

bool is_floating(Datatype datatype) {
  return datatype == Datatype::fp16 || datatype == Datatype::bf16 || datatype == Datatype::fp32 ||
         datatype == Datatype::fp64;
}

std::vector<double> numbers_of(const TensorView& tensor) {
  switch (tensor.datatype) {
    case Datatype::bool_:
    case Datatype::uint8:
      return read_plain<std::uint8_t>(tensor.bytes);
    case Datatype::uint16:
      return read_plain<std::uint16_t>(tensor.bytes);
    case Datatype::uint32:
      return read_plain<std::uint32_t>(tensor.bytes);
    case Datatype::uint64:
      return read_plain<std::uint64_t>(tensor.bytes);
    case Datatype::int8:
      return read_plain<std::int8_t>(tensor.bytes);
    case Datatype::int16:
      return read_plain<std::int16_t>(tensor.bytes);
    case Datatype::int32:
      return read_plain<std::int32_t>(tensor.bytes);
    case Datatype::int64:
      return read_plain<std::int64_t>(tensor.bytes);
    case Datatype::fp32:
      return read_plain<float>(tensor.bytes);
    case Datatype::fp64:
      return read_plain<double>(tensor.bytes);
    case Datatype::fp16:
      return read_all<std::uint16_t>(tensor.bytes, from_fp16);
    case Datatype::bf16:
      return read_all<std::uint16_t>(tensor.bytes, from_bf16);
    case Datatype::bytes:
      break;
  }
  return {};
}

void append_number(std::vector<std::byte>& to, Datatype datatype, double number) {
  switch (datatype) {
    case Datatype::bool_:
    case Datatype::uint8:
      return append_plain(to, static_cast<std::uint8_t>(number));
    case Datatype::uint16:
      return append_plain(to, static_cast<std::uint16_t>(number));
    case Datatype::uint32:
      return append_plain(to, static_cast<std::uint32_t>(number));
    case Datatype::uint64:
      return append_plain(to, static_cast<std::uint64_t>(number));
    case Datatype::int8:
      return append_plain(to, static_cast<std::int8_t>(number));
    case Datatype::int16:
      return append_plain(to, static_cast<std::int16_t>(number));
    case Datatype::int32:
      return append_plain(to, static_cast<std::int32_t>(number));
    case Datatype::int64:
      return append_plain(to, static_cast<std::int64_t>(number));
    case Datatype::fp32:
      return append_plain(to, static_cast<float>(number));
    case Datatype::fp64:
      return append_plain(to, number);
    case Datatype::fp16:
      return append_plain(to, to_fp16(number));
    case Datatype::bf16:
      return append_plain(to, to_bf16(number));
    case Datatype::bytes:
      GLOWPLUG_CHECK(datatype != Datatype::bytes);
  }
}

}  // namespace glowplug::optimize
