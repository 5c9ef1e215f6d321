#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace glowplug::onnx {

/// Protobuf's wire types (protobuf.dev/programming-guides/encoding). Groups (3, 4) do not occur in
/// ONNX and are refused.
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field of a message. `bytes` points into the message.
struct Field {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t value = 0;           ///< varint, fixed64, fixed32
  std::span<const std::byte> bytes;  ///< WireType::bytes

  [[nodiscard]] std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  [[nodiscard]] std::int64_t integer() const { return static_cast<std::int64_t>(value); }
};

/// Reads the fields of one message in order, in place. Every length is checked against what is
/// left, so no field points outside of the message.
class MessageReader {
 public:
  explicit MessageReader(std::span<const std::byte> message) : rest_(message) {}
  [[nodiscard]] bool at_end() const { return rest_.empty(); }
  /// The next field. Errors: invalid_argument (cut off, varint of more than 10 bytes, field number
  /// 0 or wire type that is none).
  [[nodiscard]] Result<Field> next();
  /// A bare varint, as packed fields hold them. Errors: invalid_argument.
  [[nodiscard]] Result<std::uint64_t> varint();

 private:
  [[nodiscard]] Result<std::span<const std::byte>> take(std::uint64_t count);
  [[nodiscard]] Result<std::uint64_t> fixed(std::size_t size);
  std::span<const std::byte> rest_;
};

}  // namespace glowplug::onnx
