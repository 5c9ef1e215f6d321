#include "optimize/native/constant.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/onnx/tensor_values.h"
#include "model/tensor.h"

namespace glowplug::optimize::native {
namespace {

std::vector<std::int64_t> list_of(std::size_t count) { return {static_cast<std::int64_t>(count)}; }

Error wrong_count(const onnx::TensorProto& tensor) {
  return invalid_argument(
      fmt::format("tensor \"{}\" has other values than its dimensions say", tensor.name));
}

/// Numbers as they lie in raw_data, else in their own field.
template <class T>
Result<Constant> numbers(const onnx::TensorProto& tensor, Element element,
                         const std::vector<T>& own) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.dims));
  Constant constant = constant_of<T>(element, tensor.dims, own);
  if (own.empty()) constant.bytes.assign(tensor.raw_data.begin(), tensor.raw_data.end());
  if (constant.bytes.size() != count * sizeof(T)) return wrong_count(tensor);
  return constant;
}

template <class T>
Result<Constant> whole_numbers(const onnx::TensorProto& tensor, Element element) {
  GLOWPLUG_ASSIGN(const std::vector<std::int64_t> wide, onnx::integer_values(tensor));
  std::vector<T> values(wide.size());
  std::ranges::transform(wide, values.begin(), [](std::int64_t x) { return static_cast<T>(x); });
  return constant_of<T>(element, tensor.dims, values);
}

Result<Constant> booleans(const onnx::TensorProto& tensor) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.dims));
  // In int32_data each is a varint of one byte.
  Constant constant{Element::boolean, tensor.dims, {}, {}};
  constant.bytes.assign(tensor.raw_data.begin(), tensor.raw_data.end());
  for (const auto packed : tensor.int32_data)
    constant.bytes.insert(constant.bytes.end(), packed.begin(), packed.end());
  if (constant.bytes.size() != count) return wrong_count(tensor);
  for (std::byte& value : constant.bytes) value = static_cast<std::byte>(value != std::byte{0});
  return constant;
}

}  // namespace

Constant floats(std::span<const float> values) {
  return constant_of(Element::float32, list_of(values.size()), values);
}
Constant integers(std::span<const std::int64_t> values) {
  return constant_of(Element::int64, list_of(values.size()), values);
}
Constant texts(std::vector<std::string> values) {
  auto shape = list_of(values.size());
  return {Element::text, std::move(shape), {}, std::move(values)};
}

Result<Element> element_of(onnx::ElementType type) {
  switch (type) {
    case onnx::ElementType::float32:
      return Element::float32;
    case onnx::ElementType::float64:
      return Element::float64;
    case onnx::ElementType::int64:
      return Element::int64;
    case onnx::ElementType::int32:
      return Element::int32;
    case onnx::ElementType::boolean:
      return Element::boolean;
    case onnx::ElementType::string:
      return Element::text;
    default:
      return Error{
          Code::unimplemented, fmt::format("ONNX element type {}", static_cast<int>(type)), {}};
  }
}

Result<Constant> constant_from(const onnx::TensorProto& tensor) {
  if (tensor.external)
    return Error{
        Code::unimplemented, fmt::format("tensor \"{}\" lies in another file", tensor.name), {}};
  GLOWPLUG_ASSIGN(const Element element, element_of(tensor.type));
  switch (element) {
    case Element::float32:
      return numbers<float>(tensor, element, tensor.float_data);
    case Element::float64:
      return numbers<double>(tensor, element, tensor.double_data);
    case Element::int64:
      return whole_numbers<std::int64_t>(tensor, element);
    case Element::int32:
      return whole_numbers<std::int32_t>(tensor, element);
    case Element::boolean:
      return booleans(tensor);
    default: {
      GLOWPLUG_ASSIGN(auto values, onnx::string_values(tensor));
      return Constant{element, tensor.dims, {}, std::move(values)};
    }
  }
}

}  // namespace glowplug::optimize::native
