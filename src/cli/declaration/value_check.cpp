#include "cli/declaration/value_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "base/nearest.h"
#include "base/units.h"

namespace glowplug::cli {
namespace {

Result<void> check_whole(std::string_view text, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed == std::errc{} && end == text.data() + text.size() && number <= most) return {};
  return Error{Code::invalid_argument,
               fmt::format("\"{}\" is not a whole number from 0 to {}", text, most),
               {}};
}

Result<void> check_choice(const std::vector<std::string>& choices, std::string_view text) {
  if (std::find(choices.begin(), choices.end(), text) != choices.end()) return {};
  const auto near = nearest(text, choices);
  return Error{Code::invalid_argument,
               fmt::format("\"{}\" is not one of {}{}", text, fmt::join(choices, ", "),
                           near ? fmt::format("; did you mean \"{}\"?", *near) : ""),
               {}};
}

Result<void> check_not_empty(std::string_view text) {
  if (!text.empty()) return {};
  return Error{Code::invalid_argument, "the value is empty", {}};
}

template <class T>
Result<void> without_value(Result<T> result) {
  if (!result) return std::move(result).error();
  return {};
}

}  // namespace

Result<void> check_value(ValueKind kind, const std::vector<std::string>& choices,
                         std::string_view text) {
  switch (kind) {
    case ValueKind::count:
      return check_whole(text, 1'000'000'000);
    case ValueKind::port:
      return check_whole(text, 65535);
    case ValueKind::duration:
      return without_value(parse_duration(text));
    case ValueKind::size:
      return without_value(parse_size(text));
    case ValueKind::choice:
      return check_choice(choices, text);
    case ValueKind::none:
      return {};
    case ValueKind::text:
    case ValueKind::file:
    case ValueKind::folder:
    case ValueKind::model:
    case ValueKind::bundle:
    case ValueKind::reference:
    case ValueKind::function:
    case ValueKind::version:
    case ValueKind::verb:
    case ValueKind::setting:
      break;
  }
  return check_not_empty(text);
}

Result<void> check_value(const Flag& flag, std::string_view text) {
  GLOWPLUG_TRY(check_value(flag.kind, flag.choices, text));
  return flag.check ? flag.check(text) : Result<void>{};
}

}  // namespace glowplug::cli
