#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "handler/text/flat/format.h"

namespace glowplug::handler::text {

/// A part of a text on its way to tokens.
struct Piece {
  std::size_t begin = 0, end = 0;  ///< bytes of Pieces::text
  std::uint32_t id = flat::kNone;  ///< of an added token, which is done; kNone: still text
  std::size_t origin = 0;  ///< bytes at its beginning that stem from the very first character
};

/// A text and its parts in order; what lies between them was dropped.
struct Pieces {
  std::string text;
  std::vector<Piece> list;
  [[nodiscard]] std::string_view of(const Piece& piece) const {
    return std::string_view(text).substr(piece.begin, piece.end - piece.begin);
  }
};

/// A part of one piece, and whether a pattern matched there.
struct Span {
  std::size_t begin, end;
  bool match;
};

}  // namespace glowplug::handler::text
