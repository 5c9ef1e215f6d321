#include "bundle/name.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kLongestName = 63;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_name_character(char c) { return is_alphanumeric(c) || c == '-' || c == '_' || c == '.'; }

}  // namespace

Result<void> check_name(std::string_view what, std::string_view name) {
  if (!name.empty() && name.size() <= kLongestName && is_alphanumeric(name.front()) &&
      std::ranges::all_of(name, is_name_character))
    return {};
  return Error{Code::invalid_argument,
               fmt::format("{} {} is not allowed; expected 1 to {} letters, digits, \"-\", \"_\" "
                           "and \".\", first a letter or digit",
                           what, quote_json(name.substr(0, 80)), kLongestName),
               {}};
}

}  // namespace glowplug::bundle
