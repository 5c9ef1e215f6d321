#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace glowplug {

/// The number that the whole text is, in decimal, with a sign or without, as `std::from_chars`
/// reads it (nan and inf for floating point). Nothing for any other text and for what `Number`
/// cannot hold. No locale.
template <typename Number>
[[nodiscard]] std::optional<Number> number_in(std::string_view text) {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  Number number{};
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace glowplug
