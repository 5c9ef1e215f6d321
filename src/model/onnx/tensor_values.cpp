#include "model/onnx/tensor_values.h"

#include <fmt/format.h>

#include "model/onnx/wire.h"
#include "model/tensor.h"

namespace glowplug::onnx {
namespace {

Error refuse(Code code, const TensorProto& tensor, std::string_view why) {
  return Error{code, fmt::format("tensor \"{}\" {}", tensor.name, why), {}};
}

Result<void> check_count(const TensorProto& tensor, std::size_t count) {
  GLOWPLUG_ASSIGN(const std::size_t expected, element_count(tensor.dims));
  if (count == expected) return {};
  return refuse(Code::invalid_argument, tensor,
                fmt::format("has {} values where its dimensions say {}", count, expected));
}

/// Little-endian two's complement, sign kept.
std::int64_t signed_at(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value |= std::to_integer<std::uint64_t>(bytes[i]) << (8 * i);
  const std::size_t unused = 64 - 8 * bytes.size();
  return static_cast<std::int64_t>(value << unused) >> unused;
}

Result<void> append_varints(std::span<const std::byte> packed, std::vector<std::int64_t>& to) {
  MessageReader reader(packed);
  while (!reader.at_end()) {
    GLOWPLUG_ASSIGN(const std::uint64_t value, reader.varint());
    to.push_back(static_cast<std::int64_t>(value));
  }
  return {};
}

}  // namespace

Result<std::vector<std::int64_t>> integer_values(const TensorProto& tensor) {
  const bool is_wide = tensor.type == ElementType::int64;
  if (tensor.external || (!is_wide && tensor.type != ElementType::int32))
    return refuse(Code::unimplemented, tensor, "does not hold INT32 or INT64 in the model itself");
  std::vector<std::int64_t> values;
  const std::size_t size = is_wide ? 8 : 4;
  if (tensor.raw_data.size() % size != 0)
    return refuse(Code::invalid_argument, tensor, "ends inside a value");
  for (std::size_t at = 0; at < tensor.raw_data.size(); at += size)
    values.push_back(signed_at(tensor.raw_data.subspan(at, size)));
  for (const auto packed : is_wide ? tensor.int64_data : tensor.int32_data)
    GLOWPLUG_TRY(append_varints(packed, values));
  GLOWPLUG_TRY(check_count(tensor, values.size()));
  return values;
}

Result<std::vector<std::string>> string_values(const TensorProto& tensor) {
  if (tensor.external || tensor.type != ElementType::string)
    return refuse(Code::unimplemented, tensor, "does not hold strings in the model itself");
  GLOWPLUG_TRY(check_count(tensor, tensor.string_data.size()));
  return std::vector<std::string>(tensor.string_data.begin(), tensor.string_data.end());
}

}  // namespace glowplug::onnx
