#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace glowplug::handler::text {

/// Forms of UAX #15 in the version of Unicode that the tables have.
struct NormalizationForm {
  bool compatible = false;  ///< NFKD, NFKC
  bool composed = false;    ///< NFC, NFKC
};

/// Well-formed UTF-8 in that form.
[[nodiscard]] std::string normalize(std::string_view text, NormalizationForm form);

/// Appends the full decomposition of one code point; combining marks are not in order yet.
void append_decomposed(std::vector<char32_t>& to, char32_t point, bool compatible);
/// Puts runs of combining marks into canonical order.
void order_marks(std::vector<char32_t>& points);

}  // namespace glowplug::handler::text
