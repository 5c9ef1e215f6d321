#include "model/onnx/wire.h"

#include <fmt/format.h>

namespace glowplug::onnx {
namespace {

constexpr std::size_t kLongestVarint = 10;

}  // namespace

Result<std::uint64_t> MessageReader::varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < rest_.size() && i < kLongestVarint; ++i) {
    const auto byte = std::to_integer<std::uint64_t>(rest_[i]);
    value |= (byte & 0x7F) << (7 * i);
    if (byte < 0x80) {
      rest_ = rest_.subspan(i + 1);
      return value;
    }
  }
  return rest_.size() < kLongestVarint ? invalid_argument("cut off inside a number")
                                       : invalid_argument("a number of more than 10 bytes");
}

Result<std::span<const std::byte>> MessageReader::take(std::uint64_t count) {
  if (count > rest_.size())
    return invalid_argument(
        fmt::format("cut off: a field of {} bytes where {} are left", count, rest_.size()));
  const auto taken = rest_.first(static_cast<std::size_t>(count));
  rest_ = rest_.subspan(taken.size());
  return taken;
}

Result<std::uint64_t> MessageReader::fixed(std::size_t size) {
  GLOWPLUG_ASSIGN(const auto bytes, take(size));
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i)
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  return value;
}

Result<Field> MessageReader::next() {
  GLOWPLUG_ASSIGN(const std::uint64_t tag, varint());
  const std::uint64_t number = tag >> 3;
  if (number == 0 || number >= std::uint64_t{1} << 29)
    return invalid_argument(fmt::format("field number {}, which protobuf does not have", number));
  Field field{static_cast<std::uint32_t>(number), static_cast<WireType>(tag & 7), 0, {}};
  switch (tag & 7) {
    case 0: {
      GLOWPLUG_ASSIGN(field.value, varint());
      return field;
    }
    case 1: {
      GLOWPLUG_ASSIGN(field.value, fixed(8));
      return field;
    }
    case 2: {
      GLOWPLUG_ASSIGN(const std::uint64_t length, varint());
      GLOWPLUG_ASSIGN(field.bytes, take(length));
      return field;
    }
    case 5: {
      GLOWPLUG_ASSIGN(field.value, fixed(4));
      return field;
    }
    default:
      return invalid_argument(
          fmt::format("field {} has wire type {}, which ONNX does not use", number, tag & 7));
  }
}

}  // namespace glowplug::onnx
