#pragma once
#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "model/tensor.h"

namespace glowplug::engine::testing {

template <class T>
[[nodiscard]] Tensor tensor_of(Datatype datatype, Shape shape, const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {datatype, std::move(shape), {bytes.begin(), bytes.end()}};
}
[[nodiscard]] inline Tensor fp32(Shape shape, const std::vector<float>& values) {
  return tensor_of(Datatype::fp32, std::move(shape), values);
}
[[nodiscard]] inline Tensor int64(Shape shape, const std::vector<std::int64_t>& values) {
  return tensor_of(Datatype::int64, std::move(shape), values);
}
[[nodiscard]] inline Tensor text(Shape shape, const std::vector<std::string_view>& elements) {
  Tensor tensor{Datatype::bytes, std::move(shape), {}};
  for (const std::string_view element : elements) append_bytes_element(tensor.bytes, element);
  return tensor;
}
template <class T>
[[nodiscard]] std::vector<T> values_of(const Tensor& tensor) {
  std::vector<T> values(tensor.bytes.size() / sizeof(T));
  std::copy(tensor.bytes.begin(), tensor.bytes.end(),
            std::as_writable_bytes(std::span(values)).begin());
  return values;
}

}  // namespace glowplug::engine::testing
