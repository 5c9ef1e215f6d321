#include "model/onnx/fields.h"

#include <fmt/format.h>

namespace glowplug::onnx {

Result<void> need(const Field& field, WireType type) {
  if (field.type == type) return {};
  return Error{Code::invalid_argument,
               fmt::format("field {} has wire type {} where {} belongs", field.number,
                           static_cast<int>(field.type), static_cast<int>(type)),
               {}};
}

Result<void> read(const Field& field, std::string_view& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  to = field.text();
  return {};
}

Result<void> read(const Field& field, std::span<const std::byte>& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  to = field.bytes;
  return {};
}

Result<void> read(const Field& field, std::int64_t& to) {
  GLOWPLUG_TRY(need(field, WireType::varint));
  to = field.integer();
  return {};
}

Result<void> read(const Field& field, float& to) {
  GLOWPLUG_TRY(need(field, WireType::fixed32));
  to = std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
  return {};
}

Result<void> append(const Field& field, std::vector<std::string_view>& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  to.push_back(field.text());
  return {};
}

Result<void> append(const Field& field, std::vector<std::int64_t>& to) {
  if (field.type != WireType::bytes) {
    GLOWPLUG_TRY(need(field, WireType::varint));
    to.push_back(field.integer());
    return {};
  }
  MessageReader packed(field.bytes);
  while (!packed.at_end()) {
    GLOWPLUG_ASSIGN(const std::uint64_t value, packed.varint());
    to.push_back(static_cast<std::int64_t>(value));
  }
  return {};
}

namespace {

/// Little-endian floats, packed in `field`; one that stands alone lies in `value`.
template <class Number, class Bits>
Result<void> append_numbers(const Field& field, WireType alone, std::vector<Number>& to) {
  if (field.type != WireType::bytes) {
    GLOWPLUG_TRY(need(field, alone));
    to.push_back(std::bit_cast<Number>(static_cast<Bits>(field.value)));
    return {};
  }
  if (field.bytes.size() % sizeof(Number) != 0)
    return invalid_argument(
        fmt::format("field {} has {} bytes of packed floats, which is no multiple of {}",
                    field.number, field.bytes.size(), sizeof(Number)));
  for (std::size_t at = 0; at < field.bytes.size(); at += sizeof(Number)) {
    Bits bits = 0;
    for (std::size_t i = 0; i < sizeof bits; ++i)
      bits |= static_cast<Bits>(std::to_integer<Bits>(field.bytes[at + i]) << (8 * i));
    to.push_back(std::bit_cast<Number>(bits));
  }
  return {};
}

}  // namespace

Result<void> append(const Field& field, std::vector<float>& to) {
  return append_numbers<float, std::uint32_t>(field, WireType::fixed32, to);
}

Result<void> append(const Field& field, std::vector<double>& to) {
  return append_numbers<double, std::uint64_t>(field, WireType::fixed64, to);
}

Result<void> insert(const Field& field, std::map<std::string_view, std::string_view>& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  std::string_view key;
  std::string_view value;
  GLOWPLUG_TRY(each_field(field.bytes, [&](const Field& part) -> Result<void> {
    if (part.number == 1) return read(part, key);
    if (part.number == 2) return read(part, value);
    return {};
  }));
  to[key] = value;
  return {};
}

}  // namespace glowplug::onnx
