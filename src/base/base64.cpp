#include "base/base64.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>

namespace glowplug {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> kValues = [] {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    values.at(static_cast<unsigned char>(kAlphabet[i])) = static_cast<std::int8_t>(i);
  return values;
}();

std::optional<std::uint32_t> value_of(char c) {
  const std::int8_t value = kValues.at(static_cast<unsigned char>(c));
  if (value < 0) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

Error bad(std::size_t position, std::string_view why) {
  return Error{
      Code::invalid_argument, fmt::format("base64: {} at character {}", why, position + 1), {}};
}

}  // namespace

std::string to_base64(std::span<const std::byte> bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < count ? std::to_integer<std::uint32_t>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k < 4; ++k)
      text += k <= count ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
  return text;
}

Result<std::vector<std::byte>> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return Error{Code::invalid_argument,
                 fmt::format("base64: {} characters are no multiple of 4", text.size()),
                 {}};
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const std::string_view digits = text.substr(0, text.size() - padding);
  std::vector<std::byte> bytes;
  bytes.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  unsigned held = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto value = value_of(digits[i]);
    if (!value) return bad(i, "a character that does not belong there");
    bits = bits << 6 | *value;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes.push_back(static_cast<std::byte>(bits >> held & 0xFF));
  }
  if ((bits & ((1U << held) - 1)) != 0) return bad(digits.size() - 1, "unused bits are set");
  return bytes;
}

}  // namespace glowplug
