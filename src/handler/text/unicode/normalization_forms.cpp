#include "handler/text/unicode/normalization_forms.h"

#include <algorithm>

#include "handler/text/origin.h"
#include "handler/text/unicode/unicode.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

// Unicode, section 3.12.
constexpr char32_t kSyllables = 0xAC00, kLeads = 0x1100, kVowels = 0x1161, kTails = 0x11A7;
constexpr char32_t kLeadCount = 19, kVowelCount = 21, kTailCount = 28;
constexpr char32_t kSyllableCount = kLeadCount * kVowelCount * kTailCount;

char32_t compose(char32_t first, char32_t second) {
  if (first - kLeads < kLeadCount && second - kVowels < kVowelCount) {
    return kSyllables + ((first - kLeads) * kVowelCount + (second - kVowels)) * kTailCount;
  }
  if (first - kSyllables < kSyllableCount && (first - kSyllables) % kTailCount == 0 &&
      second > kTails && second < kTails + kTailCount) {
    return first + (second - kTails);
  }
  return composition(first, second);
}

/// Composes in place what is in canonical order.
void compose_all(std::vector<Point>& points) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t starter = kNone, size = 0;
  std::uint32_t last_class = 0;  // of what stands between the starter and here; 0: nothing does
  for (const Point& one : points) {
    const std::uint32_t own = combining_class(one.point);
    if (starter != kNone && (size == starter + 1 || last_class < own)) {
      if (const char32_t composite = compose(points[starter].point, one.point)) {
        points[starter] = {composite, points[starter].weight + one.weight};
        continue;
      }
    }
    if (own == 0) starter = size;
    last_class = own;
    points[size++] = one;
  }
  points.resize(size);
}

bool is_all_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return (byte & 0x80) == 0; });
}

}  // namespace

void append_decomposed(std::vector<Point>& to, char32_t point, bool compatible) {
  if (point - kSyllables < kSyllableCount) {
    const char32_t index = point - kSyllables;
    to.push_back({kLeads + index / (kVowelCount * kTailCount), 1});
    to.push_back({kVowels + index % (kVowelCount * kTailCount) / kTailCount, 0});
    if (index % kTailCount != 0) to.push_back({kTails + index % kTailCount, 0});
    return;
  }
  const auto parts = decomposition(point, compatible);
  if (parts.empty()) return to.push_back({point, 1});
  std::uint32_t weight = 1;
  for (const char32_t part : parts) {
    to.push_back({part, weight});
    weight = 0;
  }
}

void order_marks(std::vector<Point>& points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (combining_class(points[i].point) == 0) continue;
    std::size_t end = i + 1;
    while (end < points.size() && combining_class(points[end].point) != 0) ++end;
    if (end > i + 1) {
      std::stable_sort(points.begin() + static_cast<std::ptrdiff_t>(i),
                       points.begin() + static_cast<std::ptrdiff_t>(end),
                       [](const Point& a, const Point& b) {
                         return combining_class(a.point) < combining_class(b.point);
                       });
    }
    i = end;
  }
}

std::string normalize(std::string_view text, NormalizationForm form, std::size_t& origin) {
  if (is_all_ascii(text)) return std::string(text);
  std::vector<Point> points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    append_decomposed(points, next_point(text, at), form.compatible);
  }
  order_marks(points);
  if (form.composed) compose_all(points);
  OriginCounter counter(text, origin);
  origin = 0;
  std::string normalized;
  normalized.reserve(text.size());
  for (const Point& one : points) {
    append_point(normalized, one.point);
    if (counter.next(one.weight)) origin = normalized.size();
  }
  return normalized;
}

}  // namespace glowplug::handler::text
