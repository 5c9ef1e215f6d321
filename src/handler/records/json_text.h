#pragma once
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

#include "base/result.h"

/// Pieces of a JSON text, for answers, which are written often.
namespace glowplug::handler::records {

template <class Integer>
void append_json_number(std::string& to, Integer value) {
  std::array<char, 64> text{};
  char* end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  to.append(text.data(), end);
}

/// As short as it can be and still be the same float; null where JSON has no form for it.
template <class Float>
void append_json_float(std::string& to, Float value) {
  if (!std::isfinite(value)) {
    to += "null";
    return;
  }
  const std::size_t start = to.size();
  append_json_number(to, value);
  if (to.find_first_of(".e", start) == std::string::npos) to += ".0";
}

/// Strict: a text that is not UTF-8 must not be changed silently. Errors: invalid_argument.
[[nodiscard]] Result<void> append_json_string(std::string& to, std::string_view text);

}  // namespace glowplug::handler::records
