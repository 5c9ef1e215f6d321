#include "front/request_ids.h"

#include <sys/random.h>

#include <algorithm>

#include "base/check.h"

namespace glowplug::front {
namespace {

bool acceptable(std::string_view id) {
  return !id.empty() && id.size() <= kMostRequestIdBytes &&
         std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7f; });
}

/// SplitMix64 (Steele, Lea, Flood 2014): a bijection, so no id comes twice in 2^64.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

/// 16 digits.
std::string hex_of(std::uint64_t value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4)
    *digit = kDigits[value & 0xF];
  return text;
}

/// Not std::random_device: with libstdc++ inside it asks for glibc 2.36.
std::uint64_t random_seed() {
  std::uint64_t seed = 0;
  GLOWPLUG_CHECK(::getrandom(&seed, sizeof seed, 0) == sizeof seed);
  return seed;
}

}  // namespace

RequestIds::RequestIds() : state_(random_seed()) {}

std::string RequestIds::of(const http::HttpHead& head) {
  if (const auto given = head.header("x-request-id"); given && acceptable(*given))
    return std::string(*given);
  state_ += 0x9e3779b97f4a7c15ULL;
  return hex_of(mixed(state_));
}

}  // namespace glowplug::front
