#include "handler/records/column.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

namespace glowplug::handler::records {
namespace {

enum class Fault { none, kind, range };

template <class Number>
void append_raw(std::vector<std::byte>& to, Number number) {
  const std::size_t at = to.size();
  to.resize(at + sizeof number);
  std::memcpy(to.data() + at, &number, sizeof number);
}

template <class Integer>
Fault append_integer(std::vector<std::byte>& to, const Json& value) {
  if (!value.is_number_integer()) return Fault::kind;
  const bool fits = value.is_number_unsigned() ? std::in_range<Integer>(value.get<std::uint64_t>())
                                               : std::in_range<Integer>(value.get<std::int64_t>());
  if (!fits) return Fault::range;
  append_raw(to, value.get<Integer>());
  return Fault::none;
}

template <class Float>
Fault append_float(std::vector<std::byte>& to, const Json& value) {
  if (!value.is_number()) return Fault::kind;
  const auto number = value.get<double>();
  if (std::abs(number) > static_cast<double>(std::numeric_limits<Float>::max()))
    return Fault::range;
  append_raw(to, static_cast<Float>(number));
  return Fault::none;
}

Fault append_bool(std::vector<std::byte>& to, const Json& value) {
  if (!value.is_boolean()) return Fault::kind;
  to.push_back(value.get<bool>() ? std::byte{1} : std::byte{0});
  return Fault::none;
}

Fault append_string(std::vector<std::byte>& to, const Json& value) {
  if (!value.is_string()) return Fault::kind;
  append_bytes_element(to, value.get_ref<const std::string&>());
  return Fault::none;
}

/// How the elements of one datatype are read, and what is expected in their place.
struct ElementRow {
  Fault (*append)(std::vector<std::byte>&, const Json&);
  std::string_view expected;
};

ElementRow row_of(Datatype datatype) {
  switch (datatype) {
    case Datatype::bool_:
      return {append_bool, "true or false"};
    case Datatype::uint8:
      return {append_integer<std::uint8_t>, "an integer"};
    case Datatype::uint16:
      return {append_integer<std::uint16_t>, "an integer"};
    case Datatype::uint32:
      return {append_integer<std::uint32_t>, "an integer"};
    case Datatype::uint64:
      return {append_integer<std::uint64_t>, "an integer"};
    case Datatype::int8:
      return {append_integer<std::int8_t>, "an integer"};
    case Datatype::int16:
      return {append_integer<std::int16_t>, "an integer"};
    case Datatype::int32:
      return {append_integer<std::int32_t>, "an integer"};
    case Datatype::int64:
      return {append_integer<std::int64_t>, "an integer"};
    case Datatype::fp32:
      return {append_float<float>, "a number"};
    case Datatype::fp64:
      return {append_float<double>, "a number"};
    case Datatype::bytes:
      return {append_string, "a string"};
    case Datatype::fp16:
    case Datatype::bf16:
      break;
  }
  return {[](std::vector<std::byte>&, const Json&) { return Fault::kind; },
          "binary data (POST /v2/models/{name}/infer)"};
}

std::string shown(const Json& value) {
  if (value.is_array()) return fmt::format("a list of {}", value.size());
  if (value.is_object()) return "an object";
  constexpr std::size_t kMost = 40;
  const std::string text = value.dump();
  return text.size() <= kMost ? text : "too long a text";
}

bool is_one_element(std::span<const std::int64_t> shape) {
  return std::all_of(shape.begin(), shape.end(), [](std::int64_t d) { return d == 1; });
}

}  // namespace

Column::Column(const TensorSpec& spec, std::optional<std::size_t> rows, std::size_t max_elements)
    : spec_(spec), max_elements_(max_elements), shape_(spec.shape), first_axis_(rows ? 1 : 0) {
  if (rows) shape_[0] = static_cast<std::int64_t>(*rows);
}

Result<void> Column::append(const Json& value) {
  path_.clear();
  const bool bare = !value.is_array() && is_one_element(std::span(shape_).subspan(first_axis_));
  return bare ? append_element(value) : append_nested(value, first_axis_);
}

Shape Column::shape() const {
  Shape reached = shape_;
  std::replace_if(reached.begin(), reached.end(), [](std::int64_t size) { return size < 0; }, 0);
  return reached;
}

Result<void> Column::append_nested(const Json& value, std::size_t axis) {
  if (axis == shape_.size()) return append_element(value);
  GLOWPLUG_TRY(fix_dimension(value, axis));
  path_.push_back(0);
  for (const Json& part : value) {
    GLOWPLUG_TRY(append_nested(part, axis + 1));
    ++path_.back();
  }
  path_.pop_back();
  return {};
}

Result<void> Column::fix_dimension(const Json& value, std::size_t axis) {
  if (!value.is_array()) return refuse(fmt::format("{}, a list was expected", shown(value)));
  const auto size = static_cast<std::int64_t>(value.size());
  if (shape_[axis] < 0) shape_[axis] = size;
  if (shape_[axis] != size)
    return refuse(fmt::format("{}, a list of {} was expected", shown(value), shape_[axis]));
  return {};
}

Result<void> Column::append_element(const Json& value) {
  if (++elements_ > max_elements_)
    return Error{Code::too_large,
                 fmt::format("the records hold more than the limit of {} elements", max_elements_),
                 {}};
  const ElementRow row = row_of(spec_.datatype);
  const Fault fault = row.append(bytes_, value);
  if (fault == Fault::kind)
    return refuse(fmt::format("{}, {} was expected", shown(value), row.expected));
  if (fault == Fault::range)
    return refuse(
        fmt::format("{}, which is beyond the range of {}", shown(value), name_of(spec_.datatype)));
  return {};
}

Error Column::refuse(const std::string& what) const {
  const std::string place =
      path_.empty() ? "the value" : fmt::format("element [{}]", fmt::join(path_, "]["));
  return Error{Code::invalid_argument, fmt::format("{} is {}", place, what), {}};
}

}  // namespace glowplug::handler::records
