#pragma once
#include <bit>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/onnx/wire.h"

/// Fields of a message into members of a struct; for the parsers of this folder. Each refuses a
/// field of another wire type (invalid_argument naming its number).
namespace glowplug::onnx {

[[nodiscard]] Result<void> need(const Field& field, WireType type);
[[nodiscard]] Result<void> read(const Field& field, std::string_view& to);
[[nodiscard]] Result<void> read(const Field& field, std::span<const std::byte>& to);
[[nodiscard]] Result<void> read(const Field& field, std::int64_t& to);
[[nodiscard]] Result<void> read(const Field& field, float& to);
[[nodiscard]] Result<void> append(const Field& field, std::vector<std::string_view>& to);
/// Packed or one at a time, as protobuf allows both.
[[nodiscard]] Result<void> append(const Field& field, std::vector<std::int64_t>& to);
[[nodiscard]] Result<void> append(const Field& field, std::vector<float>& to);
[[nodiscard]] Result<void> append(const Field& field, std::vector<double>& to);
/// StringStringEntryProto.
[[nodiscard]] Result<void> insert(const Field& field,
                                  std::map<std::string_view, std::string_view>& to);

/// Calls `visit(field)`, which returns Result<void>, for each field of `message`.
template <class Visit>
[[nodiscard]] Result<void> each_field(std::span<const std::byte> message, Visit visit) {
  MessageReader reader(message);
  while (!reader.at_end()) {
    GLOWPLUG_ASSIGN(const Field field, reader.next());
    GLOWPLUG_TRY(visit(field));
  }
  return {};
}

/// Appends the message in `field`, read by `parse(bytes)`, which returns Result<T>.
template <class T, class Parse>
[[nodiscard]] Result<void> append_message(const Field& field, std::vector<T>& to, Parse parse) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  GLOWPLUG_ASSIGN(T message, parse(field.bytes));
  to.push_back(std::move(message));
  return {};
}

}  // namespace glowplug::onnx
