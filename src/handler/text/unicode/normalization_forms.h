#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glowplug::handler::text {

/// Forms of UAX #15 in the version of Unicode that the tables have.
struct NormalizationForm {
  bool compatible = false;  ///< NFKD, NFKC
  bool composed = false;    ///< NFC, NFKC
};

/// Well-formed UTF-8 in that form. `origin`: see origin.h.
[[nodiscard]] std::string normalize(std::string_view text, NormalizationForm form,
                                    std::size_t& origin);

/// A code point on its way, with its weight (OriginCounter).
struct Point {
  char32_t point;
  std::uint32_t weight;
};

/// Appends the full decomposition of one code point; combining marks are not in order yet.
void append_decomposed(std::vector<Point>& to, char32_t point, bool compatible);
/// Puts runs of combining marks into canonical order.
void order_marks(std::vector<Point>& points);

}  // namespace glowplug::handler::text
