#include "handler/columns.h"

#include <algorithm>

namespace glowplug::handler {
namespace {

template <class Number>
void append(std::vector<std::byte>& to, Number value) {
  const auto bytes = std::as_bytes(std::span(&value, 1));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

std::int64_t count_of(const auto& list) { return static_cast<std::int64_t>(list.size()); }

Error not_one_tensor() {
  return {Code::invalid_argument,
          "the answers to these items differ in shape and make no tensor together",
          "send one item in a request, or ask at /predict/"};
}

bool may_follow(const Tensor& first, const Tensor& next) {
  return first.datatype == next.datatype && next.shape.size() == first.shape.size() &&
         !next.shape.empty() && next.shape[0] == 1 &&
         std::equal(first.shape.begin() + 1, first.shape.end(), next.shape.begin() + 1);
}

}  // namespace

Tensor float_tensor(Shape shape, std::span<const double> values) {
  Tensor tensor{Datatype::fp32, std::move(shape), {}};
  tensor.bytes.reserve(values.size() * sizeof(float));
  for (const double value : values) append(tensor.bytes, static_cast<float>(value));
  return tensor;
}

Tensor integer_tensor(std::span<const std::int64_t> values) {
  Tensor tensor{Datatype::int64, {count_of(values)}, {}};
  for (const std::int64_t value : values) append(tensor.bytes, value);
  return tensor;
}

Tensor flag_tensor(Shape shape, const std::vector<bool>& values) {
  Tensor tensor{Datatype::bool_, std::move(shape), {}};
  tensor.bytes.reserve(values.size());
  for (const bool value : values) tensor.bytes.push_back(std::byte{value});
  return tensor;
}

Tensor text_tensor(Shape shape, std::span<const std::string> values) {
  Tensor tensor{Datatype::bytes, std::move(shape), {}};
  for (const std::string& value : values) append_bytes_element(tensor.bytes, value);
  return tensor;
}

Result<Tensor> list_tensor(std::span<const std::vector<double>> lists, bool flat) {
  const std::size_t width = lists.empty() ? 0 : lists[0].size();
  std::vector<double> all;
  all.reserve(lists.size() * width);
  for (const auto& list : lists) {
    if (list.size() != width || (flat && width != 1)) return not_one_tensor();
    all.insert(all.end(), list.begin(), list.end());
  }
  Shape shape{count_of(lists)};
  if (!flat) shape.push_back(static_cast<std::int64_t>(width));
  return float_tensor(std::move(shape), all);
}

Tensor padded_tensor(std::span<const std::vector<double>> lists) {
  std::size_t longest = 0;
  for (const auto& list : lists) longest = std::max(longest, list.size());
  std::vector<double> all(lists.size() * longest);
  for (std::size_t i = 0; i < lists.size(); ++i)
    std::ranges::copy(lists[i], all.begin() + static_cast<std::ptrdiff_t>(i * longest));
  return float_tensor({count_of(lists), static_cast<std::int64_t>(longest)}, all);
}

Result<Tensor> joined_tensor(std::span<const Tensor* const> parts) {
  Tensor joined = *parts[0];
  if (parts.size() == 1) return joined;
  if (joined.shape.empty() || joined.shape[0] != 1) return not_one_tensor();
  for (const Tensor* const part : parts.subspan(1)) {
    if (!may_follow(*parts[0], *part)) return not_one_tensor();
    joined.bytes.insert(joined.bytes.end(), part->bytes.begin(), part->bytes.end());
  }
  joined.shape[0] = count_of(parts);
  return joined;
}

}  // namespace glowplug::handler
