#include "handler/text/unicode/utf8.h"

#include "base/utf8.h"

namespace glowplug::handler::text {
namespace {

struct Lead {
  std::size_t following;          // bytes that have to come, 0 for what begins nothing
  unsigned char lowest, highest;  // of the first of them
};

Lead rule_for(unsigned char byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {0, 0, 0};
}

/// Size of the maximal subpart that begins `bytes`, which are ill-formed there.
std::size_t subpart(std::string_view bytes) {
  const Lead rule = rule_for(static_cast<unsigned char>(bytes[0]));
  std::size_t size = 1;
  while (size <= rule.following && size < bytes.size()) {
    const auto byte = static_cast<unsigned char>(bytes[size]);
    const bool fits =
        size == 1 ? byte >= rule.lowest && byte <= rule.highest : byte >= 0x80 && byte <= 0xBF;
    if (!fits) break;
    ++size;
  }
  return size;
}

}  // namespace

std::string repair_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (true) {
    const std::size_t good = utf8_prefix(bytes);
    text.append(bytes.substr(0, good));
    bytes.remove_prefix(good);
    if (bytes.empty()) return text;
    text.append("\xEF\xBF\xBD");
    bytes.remove_prefix(subpart(bytes));
  }
}

}  // namespace glowplug::handler::text
