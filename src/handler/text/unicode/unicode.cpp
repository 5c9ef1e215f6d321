#include "handler/text/unicode/unicode.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace glowplug::handler::text {
namespace {

struct MaskRange {
  char32_t first, last;
  std::uint16_t value;
};
struct ByteRange {
  char32_t first, last;
  std::uint8_t value;
};
struct Pair {
  char32_t from, to;
};
struct Decomposition {
  char32_t point;
  std::uint16_t compatible_at;
  std::uint8_t compatible_size;
  std::uint16_t canonical_at;
  std::uint8_t canonical_size;
};
struct Composition {
  char32_t first, second, composite;
};

#include "handler/text/unicode/tables.inc"

template <class Range, std::size_t N>
std::uint32_t value_of(const Range (&ranges)[N], char32_t point) {
  const auto* found =
      std::lower_bound(std::begin(ranges), std::end(ranges), point,
                       [](const Range& range, char32_t wanted) { return range.last < wanted; });
  return found != std::end(ranges) && found->first <= point ? found->value : 0;
}

constexpr std::array<std::uint16_t, 128> properties_of_ascii() {
  std::array<std::uint16_t, 128> table{};
  for (const MaskRange& range : kProperties) {
    for (char32_t point = range.first; point <= range.last && point < table.size(); ++point) {
      table[point] = range.value;
    }
  }
  return table;
}
constexpr std::array<std::uint16_t, 128> kAsciiProperties = properties_of_ascii();

}  // namespace

std::uint32_t properties(char32_t point) {
  if (point < kAsciiProperties.size()) return kAsciiProperties[point];
  return value_of(kProperties, point);
}

char32_t lower(char32_t point) {
  if (point < 0x80) return point >= 'A' && point <= 'Z' ? point + 32 : point;
  const auto* found =
      std::lower_bound(std::begin(kLower), std::end(kLower), point,
                       [](const Pair& pair, char32_t wanted) { return pair.from < wanted; });
  return found != std::end(kLower) && found->from == point ? found->to : point;
}

std::uint32_t script(char32_t point) { return value_of(kScripts, point); }
std::uint32_t grapheme_break(char32_t point) {
  if (point >= 0x20 && point < 0x7F) return 0;
  return value_of(kGraphemeBreaks, point);
}

std::uint32_t combining_class(char32_t point) {
  return point < 0x300 ? 0 : value_of(kCombiningClasses, point);
}

std::span<const char32_t> decomposition(char32_t point, bool compatible) {
  if (point < 0xA0) return {};
  const auto* found = std::lower_bound(
      std::begin(kDecompositions), std::end(kDecompositions), point,
      [](const Decomposition& row, char32_t wanted) { return row.point < wanted; });
  if (found == std::end(kDecompositions) || found->point != point) return {};
  const std::span<const char32_t> pool(kDecompositionPool);
  return compatible ? pool.subspan(found->compatible_at, found->compatible_size)
                    : pool.subspan(found->canonical_at, found->canonical_size);
}

char32_t composition(char32_t first, char32_t second) {
  const auto* found = std::lower_bound(
      std::begin(kCompositions), std::end(kCompositions), Pair{first, second},
      [](const Composition& row, const Pair& wanted) {
        return row.first != wanted.from ? row.first < wanted.from : row.second < wanted.to;
      });
  const bool is =
      found != std::end(kCompositions) && found->first == first && found->second == second;
  return is ? found->composite : 0;
}

std::span<const NewerCategory> newer_categories() {
  static constexpr auto kRows = [] {
    std::array<NewerCategory, std::size(kNewerCategories)> rows{};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] = {kNewerCategories[i].first, kNewerCategories[i].last, kNewerCategories[i].value};
    }
    return rows;
  }();
  return kRows;
}

}  // namespace glowplug::handler::text
