#include <fmt/format.h>

#include "handler/text/compile/parts.h"

namespace glowplug::handler::text::compile {
namespace {

Error wrong(const char* key, std::string_view wanted, const Json& found) {
  return invalid_argument(fmt::format("\"{}\" has to be {}, not {}", key, wanted,
                                      found.is_null() ? "missing" : found.type_name()));
}

}  // namespace

const Json& member(const Json& json, const char* key) {
  static const Json none;
  if (!json.is_object()) return none;
  const auto found = json.find(key);
  return found == json.end() ? none : *found;
}

Result<std::string> text_at(const Json& json, const char* key) {
  const Json& value = member(json, key);
  if (!value.is_string()) return wrong(key, "a text", value);
  return value.get<std::string>();
}

Result<std::string> text_at(const Json& json, const char* key, std::string_view otherwise) {
  if (member(json, key).is_null()) return std::string(otherwise);
  return text_at(json, key);
}

Result<bool> flag_at(const Json& json, const char* key, bool otherwise) {
  const Json& value = member(json, key);
  if (value.is_null()) return otherwise;
  if (!value.is_boolean()) return wrong(key, "true or false", value);
  return value.get<bool>();
}

Result<std::uint32_t> number_at(const Json& json, const char* key) {
  const Json& value = member(json, key);
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= 0x7FFFFFFF) {
    return wrong(key, "a number from 0 to 2147483646", value);
  }
  return value.get<std::uint32_t>();
}

Result<std::uint32_t> number_at(const Json& json, const char* key, std::uint32_t otherwise) {
  if (member(json, key).is_null()) return otherwise;
  return number_at(json, key);
}

std::vector<const Json*> steps(const Json& json, const char* key) {
  if (json.is_null()) return {};
  const auto type = text_at(json, "type", "");
  if (!type || *type != "Sequence") return {&json};
  std::vector<const Json*> all;
  for (const Json& part : member(json, key)) {
    const auto nested = steps(part, key);
    all.insert(all.end(), nested.begin(), nested.end());
  }
  return all;
}

Error unsupported(std::string_view what, std::string_view kind, std::string_view known) {
  return Error{Code::unimplemented,
               fmt::format("the {} \"{}\" is not supported; supported: {}", what, kind, known),
               {}};
}

}  // namespace glowplug::handler::text::compile
