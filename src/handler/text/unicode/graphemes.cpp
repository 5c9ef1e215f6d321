#include "handler/text/unicode/graphemes.h"

#include <cstdint>

#include "handler/text/unicode/unicode.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

// The order is that of BREAKS in make_tables.py.
enum Class : std::uint32_t {
  any,
  cr,
  lf,
  control,
  extend,
  zwj,
  regional,
  prepend,
  spacing,
  lead,
  vowel,
  tail,
  lv,
  lvt,
  pictographic
};
constexpr std::uint32_t kClassBits = 15, kConsonant = 16, kLinker = 32, kConjunctExtend = 64;

/// What the cluster has had so far, as far as rules look back.
struct Before {
  Class last = any;
  bool pictographic_extend = false;        // \p{Extended_Pictographic} Extend*
  bool pictographic_zwj = false;           // the same and a ZWJ
  bool consonant = false, linker = false;  // of a conjunct that is open
  bool odd_regionals = false;

  void add(std::uint32_t bits) {
    const Class now = static_cast<Class>(bits & kClassBits);
    pictographic_zwj = now == zwj && pictographic_extend;
    pictographic_extend = now == pictographic || (now == extend && pictographic_extend);
    odd_regionals = now == regional && !odd_regionals;
    if ((bits & kConsonant) != 0) {
      consonant = true, linker = false;
    } else if ((bits & kLinker) != 0) {
      linker = consonant;
    } else if ((bits & kConjunctExtend) == 0) {
      consonant = linker = false;
    }
    last = now;
  }
};

bool joins_hangul(Class before, Class next) {
  if (before == lead) return next == lead || next == vowel || next == lv || next == lvt;
  if (before == lv || before == vowel) return next == vowel || next == tail;
  return (before == lvt || before == tail) && next == tail;
}

/// No boundary between what was before and `bits` (rules GB3 to GB13).
bool joins(const Before& before, std::uint32_t bits) {
  const Class next = static_cast<Class>(bits & kClassBits);
  if (before.last == cr && next == lf) return true;
  if (before.last == cr || before.last == lf || before.last == control) return false;
  if (next == cr || next == lf || next == control) return false;
  if (joins_hangul(before.last, next)) return true;
  if (next == extend || next == zwj || next == spacing || before.last == prepend) return true;
  if (before.linker && (bits & kConsonant) != 0) return true;
  if (before.pictographic_zwj && next == pictographic) return true;
  return before.odd_regionals && next == regional;
}

}  // namespace

std::size_t grapheme_size(std::string_view text, std::size_t at) {
  const std::size_t begin = at;
  Before before;
  before.add(grapheme_break(next_point(text, at)));
  while (at < text.size()) {
    std::size_t behind = at;
    const std::uint32_t bits = grapheme_break(next_point(text, behind));
    if (!joins(before, bits)) break;
    before.add(bits);
    at = behind;
  }
  return at - begin;
}

}  // namespace glowplug::handler::text
