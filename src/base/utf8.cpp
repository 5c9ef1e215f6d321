#include "base/utf8.h"

#include <cstddef>

namespace glowplug {
namespace {

/// Length of the sequence that `first` starts and the range of its second byte; 0 if it starts
/// none.
struct Sequence {
  std::size_t length = 0;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Sequence sequence_of(unsigned char first) {
  if (first < 0x80) return {1};
  if (first >= 0xC2 && first <= 0xDF) return {2};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first >= 0xE1 && first <= 0xEF) return {3};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  if (first >= 0xF1 && first <= 0xF3) return {4};
  return {};
}

bool in_range(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
  std::size_t i = 0;
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  while (i < text.size()) {
    const Sequence sequence = sequence_of(byte(i));
    if (sequence.length == 0 || sequence.length > text.size() - i) return i;
    for (std::size_t k = 1; k < sequence.length; ++k) {
      if (!in_range(byte(i + k), k == 1 ? sequence.low : 0x80, k == 1 ? sequence.high : 0xBF))
        return i;
    }
    i += sequence.length;
  }
  return i;
}

bool is_utf8(std::string_view text) { return utf8_prefix(text) == text.size(); }

}  // namespace glowplug
