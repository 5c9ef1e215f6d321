#include "cli/project/version_range.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <compare>
#include <optional>

namespace glowplug::cli {
namespace {

using Numbers = std::array<unsigned, 3>;

std::optional<Numbers> numbers_of(std::string_view text) {
  Numbers numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, failed] =
        std::from_chars(text.data(), text.data() + text.size(), numbers.at(i));
    if (failed != std::errc{}) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (text.empty()) return numbers;
    if (text.front() != '.') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

struct Comparison {
  std::string_view sign;
  bool (*holds)(std::strong_ordering order);
};
constexpr std::array kComparisons = {
    // longer signs first
    Comparison{">=", [](std::strong_ordering order) { return order >= 0; }},
    Comparison{"<=", [](std::strong_ordering order) { return order <= 0; }},
    Comparison{"==", [](std::strong_ordering order) { return order == 0; }},
    Comparison{">", [](std::strong_ordering order) { return order > 0; }},
    Comparison{"<", [](std::strong_ordering order) { return order < 0; }},
};

std::optional<bool> holds(const Numbers& version, std::string_view condition) {
  for (const Comparison& comparison : kComparisons) {
    if (!condition.starts_with(comparison.sign)) continue;
    const auto limit = numbers_of(trimmed(condition.substr(comparison.sign.size())));
    if (!limit) return std::nullopt;
    return comparison.holds(version <=> *limit);
  }
  return std::nullopt;
}

}  // namespace

Result<bool> in_version_range(std::string_view version, std::string_view range) {
  const auto own = numbers_of(version);
  GLOWPLUG_CHECK(own.has_value());
  bool all = true;
  for (std::string_view rest = range;;) {
    const std::size_t comma = rest.find(',');
    const auto one = holds(*own, trimmed(rest.substr(0, comma)));
    if (!one)
      return Error{Code::invalid_argument,
                   fmt::format("\"{}\" is not a range of versions; write it as \">=0.1\" or "
                               "\">=0.1, <1\"",
                               range),
                   {}};
    all = all && *one;
    if (comma == std::string_view::npos) return all;
    rest.remove_prefix(comma + 1);
  }
}

}  // namespace glowplug::cli
