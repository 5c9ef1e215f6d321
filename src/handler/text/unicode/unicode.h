#pragma once
#include <cstdint>
#include <span>

namespace glowplug::handler::text {

/// What the Rust library `tokenizers` 0.23 and the crates below it take a code point for. Their
/// versions of Unicode differ (normalization 9, categories 7, regular expressions 16); the tables
/// are read out of the library by make_tables.py, whose order of bits this is.
enum Property : std::uint32_t {
  bert_removed = 1U << 0,    ///< what clean_text of BertNormalizer drops
  punctuation = 1U << 1,     ///< ASCII punctuation and categories P*
  nonspacing = 1U << 2,      ///< Mn, for code points that do not decompose
  combining_mark = 1U << 3,  ///< what StripAccents drops
  numeric = 1U << 4,         ///< categories N*, of Rust's standard library
  word = 1U << 5,            ///< \w of the `regex` crate
  white_space = 1U << 6,     ///< White_Space
  letter = 1U << 7,          ///< \p{L} of Oniguruma
  number = 1U << 8,          ///< \p{N} of Oniguruma
  space = 1U << 9,           ///< \s of Oniguruma
};

/// Bits of Property. Any 32-bit value may be asked for.
[[nodiscard]] std::uint32_t properties(char32_t point);
[[nodiscard]] inline bool has(char32_t point, Property property) {
  return (properties(point) & property) != 0;
}

/// Lower case by itself; U+0130 alone becomes two code points and is left to the caller.
[[nodiscard]] char32_t lower(char32_t point);

/// Number of the script, Hiragana and Katakana being Han; 0: of every script.
[[nodiscard]] std::uint32_t script(char32_t point);

/// Class of UAX #29 in the low 4 bits, Indic conjunct break in bits 4 to 6 (graphemes.cpp).
[[nodiscard]] std::uint32_t grapheme_break(char32_t point);

/// 0 for starters.
[[nodiscard]] std::uint32_t combining_class(char32_t point);
/// Full decomposition, empty where the code point stays; not for Hangul syllables.
[[nodiscard]] std::span<const char32_t> decomposition(char32_t point, bool compatible);
/// The primary composite of both, 0 if there is none; not for Hangul.
[[nodiscard]] char32_t composition(char32_t first, char32_t second);

/// Code points that have a category in Oniguruma's Unicode 16 and another or none in PCRE2's 14.
struct NewerCategory {
  char32_t first, last;
  std::uint32_t category;  ///< an index into kCategoryNames, plus 1
};
[[nodiscard]] std::span<const NewerCategory> newer_categories();
inline constexpr const char* kCategoryNames[] = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps",
    "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Co"};

}  // namespace glowplug::handler::text
