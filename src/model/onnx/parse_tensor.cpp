#include "model/onnx/parse_tensor.h"

#include "model/onnx/fields.h"

namespace glowplug::onnx {
namespace {

ElementType element_type(std::int64_t number) {
  // Types that are newer than this program keep their number, so that errors can name it.
  return static_cast<ElementType>(static_cast<std::int32_t>(number));
}

Result<void> read_element_type(const Field& field, ElementType& to) {
  std::int64_t number = 0;
  GLOWPLUG_TRY(read(field, number));
  to = element_type(number);
  return {};
}

/// TensorProto.DataLocation: 1 is EXTERNAL.
Result<void> read_location(const Field& field, bool& is_external) {
  std::int64_t location = 0;
  GLOWPLUG_TRY(read(field, location));
  is_external = location == 1;
  return {};
}

/// Keeps the bytes of packed varints; one that stands alone is no use to any writer of today.
Result<void> append_packed(const Field& field, std::vector<std::span<const std::byte>>& to) {
  GLOWPLUG_TRY(need(field, WireType::bytes));
  to.push_back(field.bytes);
  return {};
}

Result<Dimension> parse_dimension(std::span<const std::byte> message) {
  Dimension dimension;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    if (field.number == 1) return read(field, dimension.value.emplace());
    if (field.number == 2) return read(field, dimension.symbol);
    return {};
  }));
  return dimension;
}

Result<void> parse_shape(const Field& shape, ValueInfo& to) {
  GLOWPLUG_TRY(need(shape, WireType::bytes));
  to.has_shape = true;
  return each_field(shape.bytes, [&](const Field& field) -> Result<void> {
    if (field.number == 1) return append_message(field, to.shape, parse_dimension);
    return {};
  });
}

Result<void> parse_tensor_type(const Field& type, ValueInfo& to) {
  GLOWPLUG_TRY(need(type, WireType::bytes));
  to.kind = ValueInfo::Kind::tensor;
  return each_field(type.bytes, [&](const Field& field) -> Result<void> {
    if (field.number == 1) return read_element_type(field, to.type);
    if (field.number == 2) return parse_shape(field, to);
    return {};
  });
}

/// TypeProto is a oneof: the last one counts.
Result<void> parse_type(const Field& type, ValueInfo& to) {
  GLOWPLUG_TRY(need(type, WireType::bytes));
  return each_field(type.bytes, [&](const Field& field) -> Result<void> {
    using Kind = ValueInfo::Kind;
    switch (field.number) {
      case 1:
        return parse_tensor_type(field, to);
      case 4:
        to.kind = Kind::sequence;
        return {};
      case 5:
        to.kind = Kind::map;
        return {};
      case 7:
        to.kind = Kind::opaque;
        return {};
      case 8:
        to.kind = Kind::sparse_tensor;
        return {};
      case 9:
        to.kind = Kind::optional;
        return {};
      default:
        return {};
    }
  });
}

}  // namespace

Result<TensorProto> parse_tensor(std::span<const std::byte> message) {
  TensorProto tensor;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    switch (field.number) {
      case 1:
        return append(field, tensor.dims);
      case 2:
        return read_element_type(field, tensor.type);
      case 4:
        return append(field, tensor.float_data);
      case 5:
        return append_packed(field, tensor.int32_data);
      case 6:
        return append(field, tensor.string_data);
      case 7:
        return append_packed(field, tensor.int64_data);
      case 8:
        return read(field, tensor.name);
      case 9:
        return read(field, tensor.raw_data);
      case 10:
        return append(field, tensor.double_data);
      case 13:
        return insert(field, tensor.external_data);
      case 14:
        return read_location(field, tensor.external);
      default:
        return {};
    }
  }));
  return tensor;
}

Result<void> parse_sparse_tensor(std::span<const std::byte> message, std::vector<TensorProto>& to) {
  return each_field(message, [&](const Field& field) -> Result<void> {
    if (field.number == 1 || field.number == 2) return append_message(field, to, parse_tensor);
    return {};
  });
}

Result<ValueInfo> parse_value_info(std::span<const std::byte> message) {
  ValueInfo info;
  GLOWPLUG_TRY(each_field(message, [&](const Field& field) -> Result<void> {
    if (field.number == 1) return read(field, info.name);
    if (field.number == 2) return parse_type(field, info);
    return {};
  }));
  return info;
}

}  // namespace glowplug::onnx
