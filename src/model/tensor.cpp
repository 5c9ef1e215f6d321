#include "model/tensor.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cstring>

namespace glowplug {
namespace {

struct DatatypeRow {
  std::string_view name;
  std::size_t size;
};
constexpr std::array<DatatypeRow, kDatatypeCount> kDatatypes = {{{"BOOL", 1},
                                                                 {"UINT8", 1},
                                                                 {"UINT16", 2},
                                                                 {"UINT32", 4},
                                                                 {"UINT64", 8},
                                                                 {"INT8", 1},
                                                                 {"INT16", 2},
                                                                 {"INT32", 4},
                                                                 {"INT64", 8},
                                                                 {"FP16", 2},
                                                                 {"FP32", 4},
                                                                 {"FP64", 8},
                                                                 {"BYTES", 0},
                                                                 {"BF16", 2}}};
constexpr std::size_t kMostElements = std::size_t{1} << 48;

/// The next framed element, taken off the front of `rest`; nullopt if `rest` ends before it does.
std::optional<std::string_view> take_element(std::span<const std::byte>& rest) {
  std::uint32_t length = 0;
  if (rest.size() < sizeof length) return std::nullopt;
  std::memcpy(&length, rest.data(), sizeof length);
  rest = rest.subspan(sizeof length);
  if (rest.size() < length) return std::nullopt;
  const std::string_view element(reinterpret_cast<const char*>(rest.data()), length);
  rest = rest.subspan(length);
  return element;
}

template <class Visit>
Result<void> walk_elements(std::span<const std::byte> bytes, std::size_t count, Visit visit) {
  std::span<const std::byte> rest = bytes;
  for (std::size_t i = 0; i < count; ++i) {
    const auto element = take_element(rest);
    if (!element)
      return Error{Code::invalid_argument,
                   fmt::format("BYTES data of {} bytes ends inside element {} of {}", bytes.size(),
                               i, count),
                   {}};
    visit(*element);
  }
  if (!rest.empty())
    return Error{
        Code::invalid_argument,
        fmt::format("BYTES data has {} bytes left after its {} elements", rest.size(), count),
        {}};
  return {};
}

}  // namespace

std::string_view name_of(Datatype datatype) {
  return kDatatypes.at(static_cast<std::size_t>(datatype)).name;
}
std::size_t element_size(Datatype datatype) {
  return kDatatypes.at(static_cast<std::size_t>(datatype)).size;
}

std::optional<Datatype> datatype_named(std::string_view oip_name) {
  for (std::size_t i = 0; i < kDatatypes.size(); ++i) {
    if (kDatatypes.at(i).name == oip_name) return static_cast<Datatype>(i);
  }
  return std::nullopt;
}

std::string to_string(std::span<const std::int64_t> shape) {
  return fmt::format("[{}]", fmt::join(shape, ","));
}

Result<std::size_t> element_count(std::span<const std::int64_t> shape) {
  bool zero = false;
  std::size_t count = 1;
  for (const std::int64_t dimension : shape) {
    if (dimension < 0)
      return Error{Code::invalid_argument,
                   fmt::format("shape {} has a negative dimension", to_string(shape)),
                   {}};
    zero = zero || dimension == 0;
  }
  if (zero) return std::size_t{0};
  for (const std::int64_t dimension : shape) {
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(dimension), &count) ||
        count > kMostElements) {
      return Error{Code::invalid_argument,
                   fmt::format("shape {} has more than 2^48 elements", to_string(shape)),
                   {}};
    }
  }
  return count;
}

void append_bytes_element(std::vector<std::byte>& to, std::string_view element) {
  const auto length = static_cast<std::uint32_t>(element.size());
  const std::size_t at = to.size();
  to.resize(at + sizeof length + element.size());
  std::memcpy(to.data() + at, &length, sizeof length);
  if (!element.empty()) std::memcpy(to.data() + at + sizeof length, element.data(), element.size());
}

Result<std::vector<std::string_view>> bytes_elements(std::span<const std::byte> bytes,
                                                     std::size_t count) {
  std::vector<std::string_view> elements;
  elements.reserve(std::min(count, bytes.size() / 4));
  GLOWPLUG_TRY(walk_elements(
      bytes, count, [&elements](std::string_view element) { elements.push_back(element); }));
  return elements;
}

Result<void> check_tensor(const TensorView& tensor) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.shape));
  if (tensor.datatype == Datatype::bytes)
    return walk_elements(tensor.bytes, count, [](std::string_view) {});
  const std::size_t expected = count * element_size(tensor.datatype);
  if (tensor.bytes.size() != expected) {
    return Error{Code::invalid_argument,
                 fmt::format("{} bytes of data, but {} of shape {} has {}", tensor.bytes.size(),
                             name_of(tensor.datatype), to_string(tensor.shape), expected),
                 {}};
  }
  return {};
}

}  // namespace glowplug
