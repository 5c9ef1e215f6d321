#include "handler/text/charsmap.h"

#include <cstdint>
#include <cstring>
#include <vector>

#include "base/utf8.h"
#include "handler/text/origin.h"
#include "handler/text/unicode/graphemes.h"
#include "handler/text/unicode/utf8.h"

namespace glowplug::handler::text {
namespace {

// A unit of darts-clone.
std::size_t offset_of(std::uint32_t unit) {
  return static_cast<std::size_t>(unit >> 10) << ((unit & 1U << 9) >> 6);
}
std::uint32_t label_of(std::uint32_t unit) { return unit & (1U << 31 | 0xFF); }

constexpr std::size_t kLongestCluster = 5;  // bytes; longer ones go by code points

/// The text so far, and the weight of each of its code points (OriginCounter).
struct Replacing {
  std::string to;
  std::vector<std::uint32_t> weights;

  void replace(std::string_view old, std::string_view with) {
    const std::size_t before = count_points(old), behind = count_points(with);
    to += with;
    for (std::size_t i = 0; i < behind; ++i) weights.push_back(i < before ? 1 : 0);
    // What is dropped belongs to the last one that stays; the library forgets it where none does.
    if (behind < before && !weights.empty()) {
      weights.back() += static_cast<std::uint32_t>(before - behind);
    }
  }
};

}  // namespace

Charsmap::Charsmap(std::string_view bytes) {
  std::uint32_t size = 0;
  if (bytes.size() < sizeof(size)) return;
  std::memcpy(&size, bytes.data(), sizeof(size));
  size = size / 4 * 4;
  bytes.remove_prefix(sizeof(size));
  if (size > bytes.size()) return;
  units_ = bytes.substr(0, size);
  replacements_ = bytes.substr(size);
  complete_ = !units_.empty();
}

bool Charsmap::sound() const { return complete_ && is_utf8(replacements_); }

std::uint32_t Charsmap::unit(std::size_t index) const {
  std::uint32_t value = 0;
  if (index < units_.size() / 4) std::memcpy(&value, units_.data() + index * 4, 4);
  return value;
}

std::optional<std::string_view> Charsmap::replacement(std::string_view part) const {
  if (!complete_) return std::nullopt;
  std::size_t at = offset_of(unit(0));
  for (const char byte : part) {
    const auto label = static_cast<unsigned char>(byte);
    if (label == 0) return std::nullopt;
    at ^= label;
    const std::uint32_t here = unit(at);
    if (label_of(here) != label) return std::nullopt;
    at ^= offset_of(here);
    if ((here >> 8 & 1) != 0) {
      // The shortest prefix that has a replacement stands for the whole part.
      const std::size_t from = unit(at) & 0x7FFFFFFF;
      const bool inside = from < replacements_.size() && (replacements_[from] & 0xC0) != 0x80;
      if (!inside) return std::nullopt;
      const auto text = replacements_.substr(from);
      return text.substr(0, text.find('\0'));
    }
  }
  return std::nullopt;
}

std::string Charsmap::apply(std::string_view text, std::size_t& origin) const {
  Replacing replacing;
  replacing.to.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = grapheme_size(text, at);
    const auto cluster = text.substr(at, size);
    at += size;
    if (size <= kLongestCluster) {
      if (const auto found = replacement(cluster)) {
        replacing.replace(cluster, *found);
        continue;
      }
    }
    for (std::size_t i = 0; i < cluster.size();) {
      const std::size_t begin = i;
      (void)next_point(cluster, i);
      const auto point = cluster.substr(begin, i - begin);
      replacing.replace(point, replacement(point).value_or(point));
    }
  }
  OriginCounter counter(text, origin);
  origin = 0;
  std::size_t at = 0;
  for (const std::uint32_t weight : replacing.weights) {
    if (!counter.next(weight)) break;
    (void)next_point(replacing.to, at);
    origin = at;
  }
  return std::move(replacing.to);
}

}  // namespace glowplug::handler::text
