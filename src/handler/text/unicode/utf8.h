#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace glowplug::handler::text {

/// The code point at `at`, which is moved behind it. `text` is well-formed UTF-8 and `at` the
/// beginning of a code point in it; of other bytes nothing is read beyond the end,
/// where `at` stays.
[[nodiscard]] inline char32_t next_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) -> char32_t {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0;
  };
  const char32_t first = byte(at);
  if (first < 0x80) return ++at, first;
  if (first < 0xE0) {
    const char32_t point = (first & 0x1F) << 6 | (byte(at + 1) & 0x3F);
    at = std::min(at + 2, text.size());
    return point;
  }
  if (first < 0xF0) {
    const char32_t point =
        (first & 0x0F) << 12 | (byte(at + 1) & 0x3F) << 6 | (byte(at + 2) & 0x3F);
    at = std::min(at + 3, text.size());
    return point;
  }
  const char32_t point = (first & 0x07) << 18 | (byte(at + 1) & 0x3F) << 12 |
                         (byte(at + 2) & 0x3F) << 6 | (byte(at + 3) & 0x3F);
  at = std::min(at + 4, text.size());
  return point;
}

/// Where the code point that ends before `at` begins; `at` is not 0.
[[nodiscard]] inline std::size_t point_before(std::string_view text, std::size_t at) {
  do {
    --at;
  } while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80);
  return at;
}

inline void append_point(std::string& to, char32_t point) {
  const auto put = [&](char32_t byte) { to.push_back(static_cast<char>(byte)); };
  if (point < 0x80) return put(point);
  if (point < 0x800) return put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
  if (point < 0x10000) {
    return put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  }
  put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F));
  put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
}

/// How many code points `text` has.
[[nodiscard]] inline std::size_t count_points(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

/// `bytes` with each maximal subpart of an ill-formed sequence replaced by U+FFFD, as Python's
/// bytes.decode("utf-8", errors="replace") does (Unicode 15, section 3.9, "U+FFFD Substitution of
/// Maximal Subparts").
[[nodiscard]] std::string repair_utf8(std::string_view bytes);

}  // namespace glowplug::handler::text
