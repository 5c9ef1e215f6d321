#include "handler/text/bert_normalizer.h"

#include <algorithm>
#include <vector>

#include "handler/text/flat/format.h"
#include "handler/text/origin.h"
#include "handler/text/unicode/normalization_forms.h"
#include "handler/text/unicode/unicode.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

bool in(char32_t point, char32_t first, char32_t last) { return point >= first && point <= last; }

/// The ranges are those of the library, one of them with its slip (U+2B920 for U+2B820).
bool is_chinese(char32_t point) {
  if (point < 0x3400) return false;
  return in(point, 0x4E00, 0x9FFF) || in(point, 0x3400, 0x4DBF) || in(point, 0x20000, 0x2A6DF) ||
         in(point, 0x2A700, 0x2B73F) || in(point, 0x2B740, 0x2B81F) ||
         in(point, 0x2B920, 0x2CEAF) || in(point, 0xF900, 0xFAFF) || in(point, 0x2F800, 0x2FA1F);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return (byte & 0x80) == 0; });
}

/// The same as below for bytes alone: nothing decomposes, nothing is Chinese.
void normalize_ascii(std::string& text, std::uint32_t flags, std::size_t& origin) {
  const bool clean = (flags & flat::clean_text) != 0, lowers = (flags & flat::bert_lowercase) != 0;
  std::size_t size = 0, new_origin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char byte = text[i];
    if (clean && (static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F)) {
      if (has(static_cast<unsigned char>(byte), bert_removed)) continue;
      byte = ' ';
    } else if (lowers && byte >= 'A' && byte <= 'Z') {
      byte = static_cast<char>(byte + 32);
    }
    text[size++] = byte;
    if (i < origin) new_origin = size;
  }
  text.resize(size);
  origin = new_origin;
}

/// Code points after clean_text, with spaces around Chinese ones, decomposed if accents go; gives
/// how many, before they are decomposed, stem from the first character.
std::size_t gather(std::string_view text, std::uint32_t flags, std::size_t origin,
                   std::vector<Point>& points) {
  std::size_t fed = 0, fed_of_origin = 0;
  const auto feed = [&](char32_t point) {
    ++fed;
    if ((flags & flat::accents) != 0) {
      append_decomposed(points, point, false);
    } else {
      points.push_back({point, 1});
    }
  };
  for (std::size_t at = 0; at < text.size();) {
    const bool of_origin = at < origin;
    char32_t point = next_point(text, at);
    if ((flags & flat::clean_text) != 0) {
      const std::uint32_t bits = properties(point);
      if ((bits & bert_removed) != 0) continue;
      if ((bits & white_space) != 0) point = ' ';
    }
    const bool chinese = (flags & flat::chinese) != 0 && is_chinese(point);
    if (chinese) feed(' ');
    feed(point);
    if (chinese) feed(' ');
    if (of_origin) fed_of_origin = fed;
  }
  return fed_of_origin;
}

void append_lower_case(std::string& to, char32_t point) {
  append_point(to, lower(point));
  if (point == 0x130) append_point(to, 0x307);
}

}  // namespace

void bert_normalize(std::string& text, std::uint32_t flags, std::size_t& origin) {
  if (is_ascii(text)) return normalize_ascii(text, flags, origin);
  std::vector<Point> points;
  points.reserve(text.size());
  OriginCounter counter(gather(text, flags, origin, points));
  const bool strips = (flags & flat::accents) != 0;
  if (strips) order_marks(points);
  text.clear();
  origin = 0;
  for (const Point& one : points) {
    const bool of_origin = counter.next(one.weight);
    if (strips && has(one.point, nonspacing)) continue;
    if ((flags & flat::bert_lowercase) != 0) {
      append_lower_case(text, one.point);
    } else {
      append_point(text, one.point);
    }
    if (of_origin) origin = text.size();
  }
}

}  // namespace glowplug::handler::text
