#include "front/oip/json_writer.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "front/oip/typed_elements.h"

namespace glowplug::front::oip {
namespace {

/// Collects text on the stack and hands it to a string in large pieces.
class Buffer {
 public:
  static constexpr std::size_t kRoom = 64;  // for one element

  explicit Buffer(std::string& to) : to_(to) {}
  ~Buffer() { to_.append(bytes_.data(), used_); }
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;

  /// At least kRoom characters to write to.
  char* room() {
    if (bytes_.size() - used_ < kRoom) {
      to_.append(bytes_.data(), used_);
      used_ = 0;
    }
    return bytes_.data() + used_;
  }
  void wrote_until(const char* end) { used_ = static_cast<std::size_t>(end - bytes_.data()); }

 private:
  std::string& to_;
  std::array<char, 8192> bytes_;  // NOLINT(cppcoreguidelines-pro-type-member-init): written first
  std::size_t used_ = 0;
};

char* put(char* at, std::string_view text) { return std::copy(text.begin(), text.end(), at); }

template <class Integer>
  requires std::is_integral_v<Integer>
char* put_number(char* at, Integer value) {
  return std::to_chars(at, at + Buffer::kRoom, value).ptr;
}

template <class Float>
  requires std::is_floating_point_v<Float>
char* put_number(char* at, Float value) {
  if (std::isnan(value)) return put(at, "NaN");
  if (std::isinf(value)) return put(at, value < 0 ? "-Infinity" : "Infinity");
  char* const end = std::to_chars(at, at + Buffer::kRoom - 2, value).ptr;
  const bool whole = std::none_of(at, end, [](char c) { return c == '.' || c == 'e'; });
  return whole ? put(end, ".0") : end;
}

template <class Elements>
void append_numbers(std::string& to, const Elements& elements) {
  Buffer buffer(to);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    char* const at = buffer.room();
    char* const number = i == 0 ? at : put(at, ",");
    buffer.wrote_until(put_number(number, elements[i]));
  }
}

void append_bools(std::string& to, std::span<const std::byte> bytes) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) to += ',';
    to += bytes[i] == std::byte{0} ? "false" : "true";
  }
}

Result<void> append_strings(std::string& to, const TensorView& tensor) {
  GLOWPLUG_ASSIGN(const std::size_t count, element_count(tensor.shape));
  GLOWPLUG_ASSIGN(const auto elements, bytes_elements(tensor.bytes, count));
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (!simdjson::validate_utf8(elements[i]))
      return Error{Code::invalid_argument,
                   fmt::format("element {} is not UTF-8 and has no JSON form; ask for binary data "
                               "with \"parameters\": {{\"binary_data\": true}}",
                               i),
                   {}};
    if (i > 0) to += ',';
    append_json_string(to, elements[i]);
  }
  return {};
}

Result<void> append_elements(std::string& to, const TensorView& tensor) {
  if (tensor.datatype == Datatype::bytes) return append_strings(to, tensor);
  if (tensor.datatype == Datatype::bool_) {
    append_bools(to, tensor.bytes);
    return {};
  }
  const bool written = visit_numbers(tensor.datatype, tensor.bytes,
                                     [&to](const auto& elements) { append_numbers(to, elements); });
  if (written) return {};
  return Error{Code::invalid_argument,
               fmt::format("{} has no JSON form; ask for binary data with \"parameters\": "
                           "{{\"binary_data\": true}}",
                           name_of(tensor.datatype)),
               {}};
}

/// The escape of a character that must not stand in a JSON string as it is.
void append_escape(std::string& to, char c) {
  switch (c) {
    case '"':
      to += "\\\"";
      break;
    case '\\':
      to += "\\\\";
      break;
    case '\n':
      to += "\\n";
      break;
    case '\r':
      to += "\\r";
      break;
    case '\t':
      to += "\\t";
      break;
    default:
      fmt::format_to(std::back_inserter(to), "\\u{:04x}", static_cast<unsigned>(c));
  }
}

}  // namespace

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  while (!text.empty()) {
    const auto* const stop = std::find_if(text.begin(), text.end(), [](char c) {
      return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
    });
    to.append(text.begin(), stop);
    text.remove_prefix(static_cast<std::size_t>(stop - text.begin()));
    if (text.empty()) break;
    append_escape(to, text.front());
    text.remove_prefix(1);
  }
  to += '"';
}

Result<void> append_json_elements(std::string& to, const TensorView& tensor) {
  to += '[';
  GLOWPLUG_TRY(append_elements(to, tensor));
  to += ']';
  return {};
}

}  // namespace glowplug::front::oip
