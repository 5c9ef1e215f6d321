#include "handler/boxes.h"

#include <algorithm>

namespace glowplug::handler {

double overlap(const Box& a, const Box& b) {
  const auto area = [](const Box& box) {
    return std::max(0.0, box.x2 - box.x1) * std::max(0.0, box.y2 - box.y1);
  };
  const Box cut{std::max(a.x1, b.x1), std::max(a.y1, b.y1), std::min(a.x2, b.x2),
                std::min(a.y2, b.y2)};
  const double shared = area(cut);
  const double both = area(a) + area(b) - shared;
  return both > 0 ? shared / both : 0;
}

std::vector<Detection> suppress(std::vector<Detection> found, double most_overlap,
                                std::size_t most) {
  std::ranges::stable_sort(
      found, [](const Detection& a, const Detection& b) { return a.score > b.score; });
  std::vector<Detection> kept;
  for (const Detection& one : found) {
    if (kept.size() == most) break;
    const bool is_new = std::ranges::none_of(kept, [&](const Detection& other) {
      return other.label == one.label && overlap(other.box, one.box) > most_overlap;
    });
    if (is_new) kept.push_back(one);
  }
  return kept;
}

}  // namespace glowplug::handler
