#include "instances/ring/json_reader.h"

#include <fmt/format.h>

#include <limits>

namespace glowplug::instances {

JsonReader::JsonReader(const Json& json, std::string_view what) : json_(json), what_(what) {
  if (!json.is_object()) fail(fmt::format("is {}, an object was expected", json.type_name()));
}

void JsonReader::fail(std::string text) {
  if (outcome_) outcome_ = Error{Code::invalid_argument, fmt::format("{} {}", what_, text), {}};
}

const Json& JsonReader::value(std::string_view key) {
  static const Json nothing;
  seen_.emplace(key);
  if (!json_.is_object()) return nothing;
  const auto found = json_.find(std::string(key));
  if (found != json_.end()) return *found;
  fail(fmt::format("has no \"{}\"", key));
  return nothing;
}

void JsonReader::read(std::string_view key, std::string& into) {
  const Json& json = value(key);
  if (const auto* text = json.get_ptr<const std::string*>()) {
    into = *text;
  } else {
    fail(fmt::format("has {} as \"{}\", a string was expected", json.type_name(), key));
  }
}

void JsonReader::read(std::string_view key, bool& into) {
  const Json& json = value(key);
  if (const auto* flag = json.get_ptr<const bool*>()) {
    into = *flag;
  } else {
    fail(fmt::format("has {} as \"{}\", true or false was expected", json.type_name(), key));
  }
}

template <class Number>
void JsonReader::read_number(std::string_view key, Number& into) {
  const Json& json = value(key);
  const bool fits =
      (json.is_number_unsigned() && std::in_range<Number>(json.get<std::uint64_t>())) ||
      (json.is_number_integer() && !json.is_number_unsigned() &&
       std::in_range<Number>(json.get<std::int64_t>()));
  if (!fits) {
    fail(fmt::format("has {} as \"{}\", a whole number from {} to {} was expected",
                     json.is_number() ? json.dump() : json.type_name(), key,
                     std::numeric_limits<Number>::min(), std::numeric_limits<Number>::max()));
    return;
  }
  into = json.get<Number>();
}

void JsonReader::read(std::string_view key, int& into) { read_number(key, into); }
void JsonReader::read(std::string_view key, std::int64_t& into) { read_number(key, into); }
void JsonReader::read(std::string_view key, std::uint32_t& into) { read_number(key, into); }
void JsonReader::read(std::string_view key, std::uint64_t& into) { read_number(key, into); }

void JsonReader::read(std::string_view key, std::vector<std::string>& into) {
  const Json& json = value(key);
  if (!json.is_array()) {
    fail(fmt::format("has {} as \"{}\", a list of strings was expected", json.type_name(), key));
    return;
  }
  for (const Json& element : json) {
    if (const auto* text = element.get_ptr<const std::string*>()) {
      into.push_back(*text);
    } else {
      fail(fmt::format("has {} in \"{}\", strings were expected", element.type_name(), key));
    }
  }
}

void JsonReader::read(std::string_view key, std::map<std::string, std::string>& into) {
  const Json& json = value(key);
  if (!json.is_object()) {
    fail(fmt::format("has {} as \"{}\", an object of strings was expected", json.type_name(), key));
    return;
  }
  for (const auto& [name, element] : json.items()) {
    if (const auto* text = element.get_ptr<const std::string*>()) {
      into[name] = *text;
    } else {
      fail(fmt::format("has {} in \"{}\", strings were expected", element.type_name(), key));
    }
  }
}

Result<void> JsonReader::finish() {
  if (json_.is_object()) {
    for (const auto& item : json_.items()) {
      if (!seen_.contains(item.key()))
        fail(fmt::format("has \"{}\", which is not known", item.key()));
    }
  }
  return outcome_;
}

}  // namespace glowplug::instances
