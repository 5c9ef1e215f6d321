#include "handler/image/json_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/nearest.h"

namespace glowplug::handler::image {
namespace {

std::string full_name(std::string_view where, std::string_view key) {
  return where.empty() ? std::string(key) : fmt::format("{}.{}", where, key);
}

const Json* find(const Json& json, std::string_view key) {
  const auto found = json.find(key);
  return found == json.end() ? nullptr : &*found;
}

}  // namespace

Error wrong_value(std::string_view where, std::string_view key, std::string_view expected) {
  return invalid_argument(fmt::format("{} must be {}", full_name(where, key), expected));
}

Result<void> check_keys(const Json& json, std::string_view where,
                        std::initializer_list<std::string_view> known) {
  if (!json.is_object())
    return invalid_argument(
        fmt::format("{} must be an object", where.empty() ? "the spec of a picture" : where));
  for (const auto& [key, value] : json.items()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::vector<std::string> candidates(known.begin(), known.end());
    const auto near = nearest(key, candidates);
    return invalid_argument(fmt::format("unknown key \"{}\"{}; known are {}", full_name(where, key),
                                        near ? fmt::format(", did you mean \"{}\"?", *near) : "",
                                        fmt::join(known, ", ")));
  }
  return {};
}

Result<std::optional<std::string>> text_at(const Json& json, std::string_view where,
                                           std::string_view key) {
  const Json* value = find(json, key);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string()) return wrong_value(where, key, "a string");
  return std::optional(value->get<std::string>());
}

Result<std::optional<bool>> bool_at(const Json& json, std::string_view where,
                                    std::string_view key) {
  const Json* value = find(json, key);
  if (value == nullptr) return std::optional<bool>();
  if (!value->is_boolean()) return wrong_value(where, key, "true or false");
  return std::optional(value->get<bool>());
}

Result<std::optional<double>> number_at(const Json& json, std::string_view where,
                                        std::string_view key) {
  const Json* value = find(json, key);
  if (value == nullptr) return std::optional<double>();
  if (!value->is_number()) return wrong_value(where, key, "a number");
  return std::optional(value->get<double>());
}

Result<std::optional<int>> side_at(const Json& json, std::string_view where, std::string_view key) {
  const Json* value = find(json, key);
  if (value == nullptr) return std::optional<int>();
  const bool whole =
      value->is_number_integer() ||
      (value->is_number_float() && value->get<double>() >= 1 && value->get<double>() <= kMaxSide &&
       value->get<double>() == static_cast<int>(value->get<double>()));
  const double side = whole ? value->get<double>() : 0;
  if (side < 1 || side > kMaxSide)
    return wrong_value(where, key, fmt::format("a whole number from 1 to {}", kMaxSide));
  return std::optional(static_cast<int>(side));
}

Result<std::vector<double>> numbers_at(const Json& json, std::string_view where,
                                       std::string_view key) {
  const Json* value = find(json, key);
  if (value == nullptr) return std::vector<double>();
  if (value->is_number()) return std::vector<double>{value->get<double>()};
  const auto is_number = [](const Json& one) { return one.is_number(); };
  if (!value->is_array() || value->empty() || value->size() > 4 ||
      !std::ranges::all_of(*value, is_number))
    return wrong_value(where, key, "a number or a list of numbers, one for each channel");
  return value->get<std::vector<double>>();
}

}  // namespace glowplug::handler::image
