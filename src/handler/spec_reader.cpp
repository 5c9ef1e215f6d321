#include "handler/spec_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/nearest.h"

namespace glowplug::handler {

Result<void> SpecReader::only(std::initializer_list<std::string_view> keys) const {
  if (!json_.is_object()) return invalid_argument(fmt::format("{} must be an object", path_));
  for (const auto& [key, value] : json_.items()) {
    if (std::ranges::find(keys, std::string_view(key)) != keys.end()) continue;
    const std::vector<std::string> known(keys.begin(), keys.end());
    const auto meant = nearest(key, known);
    return invalid_argument(fmt::format("{} has the unknown key \"{}\"{}; it takes {}", path_, key,
                                        meant ? fmt::format(", did you mean \"{}\"?", *meant) : "",
                                        fmt::join(known, ", ")));
  }
  return {};
}

Error SpecReader::wrong(const char* key, std::string_view expected) const {
  if (!has(key))
    return invalid_argument(fmt::format("{}.{} is missing; expected {}", path_, key, expected));
  return invalid_argument(
      fmt::format("{}.{} is {}; expected {}", path_, key,
                  json_.at(key).dump(-1, ' ', false, Json::error_handler_t::replace), expected));
}

Result<std::string> SpecReader::text(const char* key, std::string fallback) const {
  if (!has(key)) return fallback;
  if (!json_.at(key).is_string()) return wrong(key, "a text");
  return json_.at(key).get<std::string>();
}

Result<double> SpecReader::number(const char* key, double fallback) const {
  if (!has(key)) return fallback;
  if (!json_.at(key).is_number()) return wrong(key, "a number");
  return json_.at(key).get<double>();
}

Result<std::int64_t> SpecReader::integer(const char* key, std::int64_t fallback, std::int64_t least,
                                         std::int64_t most) const {
  if (!has(key)) return fallback;
  const Json& value = json_.at(key);
  if (!value.is_number_integer() || value < least || value > most)
    return wrong(key, fmt::format("a whole number from {} to {}", least, most));
  return value.get<std::int64_t>();
}

Result<bool> SpecReader::flag(const char* key, bool fallback) const {
  if (!has(key)) return fallback;
  if (!json_.at(key).is_boolean()) return wrong(key, "true or false");
  return json_.at(key).get<bool>();
}

Result<std::string> SpecReader::choice(const char* key, std::string fallback,
                                       std::initializer_list<std::string_view> choices) const {
  GLOWPLUG_ASSIGN(std::string value, text(key, std::move(fallback)));
  if (std::ranges::find(choices, std::string_view(value)) == choices.end())
    return wrong(key, fmt::format("one of {}", fmt::join(choices, ", ")));
  return value;
}

}  // namespace glowplug::handler
