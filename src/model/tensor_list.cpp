#include "model/tensor_list.h"

#include <algorithm>

namespace glowplug {
namespace {

constexpr std::size_t kMostTensors = 256;
constexpr std::size_t kMostDimensions = 64;

template <class Number>
void append(std::string& to, Number value) {
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Number>
Result<Number> take(std::string_view& from) {
  Number value{};
  if (from.size() < sizeof value) return invalid_argument("a list of tensors is cut off");
  std::copy_n(from.begin(), sizeof value, reinterpret_cast<char*>(&value));
  from.remove_prefix(sizeof value);
  return value;
}

Result<Tensor> take_tensor(std::string_view& from) {
  Tensor tensor;
  GLOWPLUG_ASSIGN(const auto datatype, take<std::uint8_t>(from));
  GLOWPLUG_ASSIGN(const auto dimensions, take<std::uint8_t>(from));
  if (datatype >= kDatatypeCount || dimensions > kMostDimensions)
    return invalid_argument("a list of tensors has a datatype or a rank that there is not");
  tensor.datatype = static_cast<Datatype>(datatype);
  for (std::size_t i = 0; i < dimensions; ++i) {
    GLOWPLUG_ASSIGN(const auto dimension, take<std::int64_t>(from));
    tensor.shape.push_back(dimension);
  }
  GLOWPLUG_ASSIGN(const auto size, take<std::uint64_t>(from));
  if (size > from.size()) return invalid_argument("a list of tensors is cut off");
  const auto bytes = std::as_bytes(std::span(from.substr(0, size)));
  tensor.bytes.assign(bytes.begin(), bytes.end());
  from.remove_prefix(size);
  GLOWPLUG_TRY(check_tensor(tensor.view()));
  return tensor;
}

}  // namespace

std::string write_tensor_list(std::span<const Tensor> tensors) {
  std::string text;
  for (const Tensor& tensor : tensors) {
    append(text, static_cast<std::uint8_t>(tensor.datatype));
    append(text, static_cast<std::uint8_t>(tensor.shape.size()));
    for (const std::int64_t dimension : tensor.shape) append(text, dimension);
    append(text, static_cast<std::uint64_t>(tensor.bytes.size()));
    text.append(reinterpret_cast<const char*>(tensor.bytes.data()), tensor.bytes.size());
  }
  return text;
}

Result<std::vector<Tensor>> read_tensor_list(std::string_view bytes) {
  std::vector<Tensor> tensors;
  while (!bytes.empty()) {
    if (tensors.size() == kMostTensors)
      return invalid_argument("a list of tensors has more than 256 of them");
    GLOWPLUG_ASSIGN(Tensor tensor, take_tensor(bytes));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace glowplug
