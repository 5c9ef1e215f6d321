#include "bundle/json_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::bundle {
namespace {

bool has(std::span<const std::string_view> keys, std::string_view key) {
  return std::ranges::find(keys, key) != keys.end();
}

/// Values that a program made count as much as those that were read, which are unsigned.
bool is_whole(const Json& value) {
  return value.is_number_unsigned() ||
         (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

std::string writer_of(const Json& json) {
  const auto producer = json.find("producer");
  if (producer == json.end() || !producer->is_string()) return {};
  return ", written by " + producer->get_ref<const std::string&>().substr(0, 100);
}

}  // namespace

Result<void> check_keys(const Json& json, std::span<const std::string_view> needed,
                        std::span<const std::string_view> optional) {
  if (!json.is_object()) return invalid_argument("expected an object");
  for (const auto& [key, value] : json.items()) {
    if (!has(needed, key) && !has(optional, key))
      return invalid_argument(fmt::format("unknown key {}", quote_json(key.substr(0, 100))));
  }
  for (const std::string_view key : needed) {
    if (!json.contains(key)) return invalid_argument(fmt::format("\"{}\" is missing", key));
  }
  return {};
}

Result<void> check_schema(const Json& json, int newest) {
  if (!json.is_object()) return invalid_argument("expected an object");
  const auto schema = json.find("schema");
  if (schema == json.end()) return invalid_argument("\"schema\" is missing");
  if (!is_whole(*schema) || *schema == 0)
    return invalid_argument("\"schema\" must be a number of at least 1");
  const auto number = schema->get<std::uint64_t>();
  if (number <= static_cast<std::uint64_t>(newest)) return {};
  return Error{Code::failed_precondition,
               fmt::format("it has schema {}{}; this program reads schema {} and older", number,
                           writer_of(json), newest),
               "update glowplug, or export the model again with this version"};
}

Result<std::string> text_field(const Json& json, const char* key, std::size_t longest) {
  const Json& value = json.at(key);
  if (!value.is_string()) return invalid_argument(fmt::format("\"{}\" must be a string", key));
  auto text = value.get<std::string>();
  if (text.size() > longest)
    return invalid_argument(
        fmt::format("\"{}\" has {} characters; expected at most {}", key, text.size(), longest));
  return text;
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<std::string> sha256_field(const Json& json, const char* key) {
  GLOWPLUG_ASSIGN(std::string text, text_field(json, key, 100));
  if (!is_sha256(text))
    return invalid_argument(fmt::format("\"{}\" is {}; expected 64 lower-case hexadecimal digits",
                                        key, quote_json(text)));
  return text;
}

Result<std::uint64_t> unsigned_field(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!is_whole(value))
    return invalid_argument(fmt::format("\"{}\" must be a whole number of at least 0", key));
  return value.get<std::uint64_t>();
}

}  // namespace glowplug::bundle
