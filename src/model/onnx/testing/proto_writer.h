#pragma once
#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace glowplug::onnx::testing {

/// Writes protobuf messages, for tests: `Proto().number(1, 8).text(2, "x").message(7, graph)`.
class Proto {
 public:
  Proto& number(std::uint32_t field, std::int64_t value) {
    varint(std::uint64_t{field} << 3);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Proto& text(std::uint32_t field, std::string_view bytes) {
    varint(std::uint64_t{field} << 3 | 2);
    varint(bytes.size());
    bytes_ += bytes;
    return *this;
  }
  Proto& message(std::uint32_t field, const Proto& inner) { return text(field, inner.bytes_); }
  Proto& float32(std::uint32_t field, float value) {
    varint(std::uint64_t{field} << 3 | 5);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (unsigned i = 0; i < 4; ++i) bytes_ += static_cast<char>(bits >> (8 * i) & 0xFF);
    return *this;
  }
  /// Bytes as they are.
  Proto& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::span<const std::byte> span() const { return std::as_bytes(std::span(bytes_)); }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

/// ValueInfoProto of a tensor; a dimension of -1 is a symbol.
inline Proto tensor_value(std::string_view name, std::int64_t type,
                          std::initializer_list<std::int64_t> dims) {
  Proto shape;
  for (const std::int64_t dim : dims)
    shape.message(1, dim < 0 ? Proto().text(2, "N") : Proto().number(1, dim));
  const Proto tensor = Proto().number(1, type).message(2, shape);
  return Proto().text(1, name).message(2, Proto().message(1, tensor));
}

/// NodeProto with one input and one output for each name, separated by commas.
inline Proto node(std::string_view op_type, std::string_view inputs, std::string_view outputs,
                  std::string_view domain = {}) {
  Proto proto;
  const auto each = [&proto](std::uint32_t field, std::string_view names) {
    while (!names.empty()) {
      const std::size_t comma = std::min(names.find(','), names.size());
      proto.text(field, names.substr(0, comma));
      names.remove_prefix(std::min(comma + 1, names.size()));
    }
  };
  each(1, inputs);
  each(2, outputs);
  return proto.text(4, op_type).text(7, domain);
}

/// ModelProto of IR version 8 and opset 17 around a graph.
inline Proto model(const Proto& graph, std::int64_t ir_version = 8) {
  return Proto()
      .number(1, ir_version)
      .text(2, "tests")
      .message(7, graph)
      .message(8, Proto().text(1, "").number(2, 17));
}

}  // namespace glowplug::onnx::testing
