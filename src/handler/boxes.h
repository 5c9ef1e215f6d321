#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace glowplug::handler {

/// Corners, x to the right and y down.
struct Box {
  double x1 = 0, y1 = 0, x2 = 0, y2 = 0;
};

/// A found object.
struct Detection {
  Box box;
  double score = 0;
  std::size_t label = 0;
};

/// Area of the cut over area of the union; 0 where a box is empty.
[[nodiscard]] double overlap(const Box& a, const Box& b);
/// Non-maximum suppression class by class: the best first, then each that overlaps no kept one of
/// its class by more than `most_overlap`; `most` at most. Equal scores keep their order.
[[nodiscard]] std::vector<Detection> suppress(std::vector<Detection> found, double most_overlap,
                                              std::size_t most);

}  // namespace glowplug::handler
