#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {

/// Metaspace with prepend_scheme "first" asks whether a piece still begins where the whole text
/// did. The library keeps the origin of each byte for that; here `origin` counts the bytes at the
/// beginning of a text that stem from the first character, which is all that is asked for.
///
/// This counts them through a change of a text into code points of a weight each: 1 takes the place
/// of one code point of the text, 0 is added to the one before, and more take the place of several
/// (1 - `change` of NormalizedString::transform).
class OriginCounter {
 public:
  OriginCounter(std::string_view text, std::size_t origin)
      : points_(count_points(text.substr(0, origin))) {}
  explicit OriginCounter(std::size_t points) : points_(points) {}
  /// Whether the next code point stems from the first character.
  [[nodiscard]] bool next(std::uint32_t weight) {
    const std::size_t place = weight > 0 || taken_ == 0 ? taken_ : taken_ - 1;
    taken_ += weight;
    return place < points_;
  }

 private:
  std::size_t points_, taken_ = 0;
};

/// Bytes of a part of a text that are among its first `origin` ones.
[[nodiscard]] inline std::size_t origin_of_part(std::size_t origin, std::size_t begin,
                                                std::size_t end) {
  return origin <= begin ? 0 : (origin < end ? origin : end) - begin;
}

}  // namespace glowplug::handler::text
