#include "model/tensor_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <type_traits>

#include "base/base64.h"
#include "base/utf8.h"

namespace glowplug {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they are");

/// Calls `visit` with a value of the C++ type of an element; not for FP16, BF16 and BYTES.
template <class Visit>
auto with_element_type(Datatype datatype, Visit visit) {
  switch (datatype) {
    case Datatype::bool_:
      return visit(bool{});
    case Datatype::uint8:
      return visit(std::uint8_t{});
    case Datatype::uint16:
      return visit(std::uint16_t{});
    case Datatype::uint32:
      return visit(std::uint32_t{});
    case Datatype::uint64:
      return visit(std::uint64_t{});
    case Datatype::int8:
      return visit(std::int8_t{});
    case Datatype::int16:
      return visit(std::int16_t{});
    case Datatype::int32:
      return visit(std::int32_t{});
    case Datatype::int64:
      return visit(std::int64_t{});
    case Datatype::fp32:
      return visit(float{});
    default:
      GLOWPLUG_CHECK(datatype == Datatype::fp64);
      return visit(double{});
  }
}

bool has_json_numbers(Datatype datatype) {
  return datatype != Datatype::fp16 && datatype != Datatype::bf16 && datatype != Datatype::bytes;
}

template <class T>
T element_at(std::span<const std::byte> bytes, std::size_t index) {
  if constexpr (std::is_same_v<T, bool>) return bytes[index] != std::byte{0};
  T value{};
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

/// The double with the fewest digits that is still this float when it is read back.
double shortest_double(float value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  double shortest = 0;
  std::from_chars(text.data(), written.ptr, shortest);
  return static_cast<float>(shortest) == value ? shortest : static_cast<double>(value);
}

template <class T>
Json number_json(T value) {
  if constexpr (std::is_same_v<T, float>) return shortest_double(value);
  return value;
}

/// NaN and infinities are no JSON.
template <class T>
bool is_plain(T value) {
  if constexpr (std::is_floating_point_v<T>) return std::isfinite(value);
  return true;
}

/// `data` of a tensor of numbers or BOOL; null if a value is not finite.
Json numbers_json(const Tensor& tensor) {
  return with_element_type(tensor.datatype, [&](auto example) -> Json {
    using T = decltype(example);
    Json data = Json::array();
    for (std::size_t i = 0; i < tensor.bytes.size() / sizeof(T); ++i) {
      const T value = element_at<T>(tensor.bytes, i);
      if (!is_plain(value)) return nullptr;
      data.push_back(number_json(value));
    }
    return data;
  });
}

/// `data` of a BYTES tensor; null if an element is not UTF-8.
Json strings_json(const Tensor& tensor) {
  const auto count = element_count(tensor.shape);
  GLOWPLUG_CHECK(count.has_value());
  const auto elements = bytes_elements(tensor.bytes, *count);
  GLOWPLUG_CHECK(elements.has_value());
  if (!std::ranges::all_of(*elements, is_utf8)) return nullptr;
  return Json(*elements);
}

Json data_json(const Tensor& tensor) {
  if (tensor.datatype == Datatype::bytes) return strings_json(tensor);
  return has_json_numbers(tensor.datatype) ? numbers_json(tensor) : Json(nullptr);
}

Error bad_value(std::size_t position, const Json& seen, Datatype datatype) {
  std::string text = seen.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (text.size() > 40) text = text.substr(0, 40) + "...";
  return invalid_argument(
      fmt::format("\"data\"[{}] is {}; expected {}", position, text, name_of(datatype)));
}

/// The value as a T if it is one exactly (for floating point: if it is in range).
template <class T>
std::optional<T> number_of(const Json& value) {
  if constexpr (std::is_same_v<T, bool>) {
    if (value.is_boolean()) return value.get<bool>();
  } else if constexpr (std::is_floating_point_v<T>) {
    if (!value.is_number()) return std::nullopt;
    const double number = value.get<double>();
    if (std::isfinite(static_cast<T>(number))) return static_cast<T>(number);
  } else {
    if (value.is_number_unsigned() && std::in_range<T>(value.get<std::uint64_t>()))
      return static_cast<T>(value.get<std::uint64_t>());
    if (value.is_number_integer() && !value.is_number_unsigned() &&
        std::in_range<T>(value.get<std::int64_t>()))
      return static_cast<T>(value.get<std::int64_t>());
  }
  return std::nullopt;
}

template <class T>
Result<void> append_numbers(const Json& data, Tensor& tensor) {
  tensor.bytes.resize(data.size() * sizeof(T));
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto value = number_of<T>(data[i]);
    if (!value) return bad_value(i, data[i], tensor.datatype);
    std::memcpy(tensor.bytes.data() + i * sizeof(T), &*value, sizeof(T));
  }
  return {};
}

Result<void> append_strings(const Json& data, Tensor& tensor) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (!data[i].is_string()) return bad_value(i, data[i], tensor.datatype);
    append_bytes_element(tensor.bytes, data[i].get_ref<const std::string&>());
  }
  return {};
}

Result<void> read_data(const Json& data, Tensor& tensor) {
  if (!data.is_array()) return invalid_argument("\"data\" must be an array");
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.shape));
  if (data.size() != count)
    return invalid_argument(fmt::format("\"data\" has {} values; shape {} has {}", data.size(),
                                        to_string(tensor.shape), count));
  if (tensor.datatype == Datatype::bytes) return append_strings(data, tensor);
  if (!has_json_numbers(tensor.datatype))
    return invalid_argument(
        fmt::format("{} has no JSON form; expected \"base64\"", name_of(tensor.datatype)));
  return with_element_type(tensor.datatype, [&](auto example) -> Result<void> {
    return append_numbers<decltype(example)>(data, tensor);
  });
}

Result<void> read_base64(const Json& text, Tensor& tensor) {
  if (!text.is_string()) return invalid_argument("\"base64\" must be a string");
  GLOWPLUG_ASSIGN(tensor.bytes, from_base64(text.get_ref<const std::string&>()));
  return check_tensor(tensor.view());
}

Result<Shape> shape_of(const Json& json) {
  if (!json.is_array())
    return invalid_argument("\"shape\" must be an array of integers of at least 0");
  Shape shape;
  for (const Json& dimension : json) {
    const auto size = number_of<std::int64_t>(dimension);
    if (!size || *size < 0)
      return invalid_argument("\"shape\" must be an array of integers of at least 0");
    shape.push_back(*size);
  }
  return shape;
}

Result<Datatype> datatype_of(const Json& json) {
  const auto datatype =
      json.is_string() ? datatype_named(json.get_ref<const std::string&>()) : std::nullopt;
  if (!datatype)
    return invalid_argument("\"datatype\" must be one of BOOL, UINT8 ... FP64, BYTES, BF16");
  return *datatype;
}

Result<void> check_keys(const Json& json) {
  static constexpr std::array<std::string_view, 5> kKeys = {"name", "datatype", "shape", "data",
                                                            "base64"};
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(kKeys, key) == kKeys.end())
      return invalid_argument(fmt::format("unknown key \"{}\"", key));
  }
  for (const char* key : {"datatype", "shape"}) {
    if (!json.contains(key)) return invalid_argument(fmt::format("\"{}\" is missing", key));
  }
  if (json.contains("data") == json.contains("base64"))
    return invalid_argument("expected one of \"data\" and \"base64\"");
  return {};
}

Result<Tensor> tensor_of(const Json& json) {
  GLOWPLUG_TRY(check_keys(json));
  Tensor tensor;
  GLOWPLUG_ASSIGN(tensor.datatype, datatype_of(json["datatype"]));
  GLOWPLUG_ASSIGN(tensor.shape, shape_of(json["shape"]));
  if (json.contains("data")) {
    GLOWPLUG_TRY(read_data(json["data"], tensor));
  } else {
    GLOWPLUG_TRY(read_base64(json["base64"], tensor));
  }
  return tensor;
}

}  // namespace

Json to_json(const NamedTensor& named) {
  const Tensor& tensor = named.tensor;
  Json json = {
      {"name", named.name}, {"datatype", name_of(tensor.datatype)}, {"shape", tensor.shape}};
  Json data = data_json(tensor);
  if (data.is_null()) {
    json["base64"] = to_base64(tensor.bytes);
  } else {
    json["data"] = std::move(data);
  }
  return json;
}

Result<NamedTensor> named_tensor_from_json(const Json& json) {
  if (!json.is_object()) return invalid_argument("a tensor must be an object");
  if (!json.contains("name") || !json["name"].is_string() ||
      json["name"].get_ref<const std::string&>().empty())
    return invalid_argument("a tensor must have a \"name\"");
  NamedTensor named{json["name"].get<std::string>(), {}};
  auto tensor = tensor_of(json);
  if (!tensor) return std::move(tensor).error().in(fmt::format("tensor \"{}\"", named.name));
  named.tensor = *std::move(tensor);
  return named;
}

Json to_json(const std::vector<NamedTensor>& tensors) {
  Json json = Json::array();
  for (const NamedTensor& tensor : tensors) json.push_back(to_json(tensor));
  return json;
}

Result<std::vector<NamedTensor>> named_tensors_from_json(const Json& json) {
  if (!json.is_array()) return invalid_argument("tensors must be an array");
  std::vector<NamedTensor> tensors;
  std::set<std::string> names;
  for (const Json& one : json) {
    GLOWPLUG_ASSIGN(NamedTensor tensor, named_tensor_from_json(one));
    if (!names.insert(tensor.name).second)
      return invalid_argument(fmt::format("tensor \"{}\" stands twice", tensor.name));
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

}  // namespace glowplug
