#include "cli/declaration/invocation.h"

#include <charconv>

#include "base/check.h"
#include "base/units.h"
#include "cli/declaration/flags.h"

namespace glowplug::cli {

bool Invocation::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::optional<Given> Invocation::given(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::string Invocation::text(std::string_view name) const {
  if (const auto value = given(name)) return value->text;
  GLOWPLUG_CHECK(verb_ != nullptr);
  const Flag* flag = flag_named(*program_, *verb_, name);
  GLOWPLUG_CHECK(flag != nullptr);
  return flag->fallback;
}

std::uint64_t Invocation::count(std::string_view name) const {
  const std::string value = text(name);
  std::uint64_t number = 0;
  const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), number);
  GLOWPLUG_CHECK(failed == std::errc{});
  return number;
}

std::uint64_t Invocation::size(std::string_view name) const {
  return parse_size(text(name)).value();
}

Duration Invocation::duration(std::string_view name) const {
  return parse_duration(text(name)).value();
}

std::vector<std::string> Invocation::arguments(std::string_view name) const {
  const auto found = arguments_.find(name);
  return found == arguments_.end() ? std::vector<std::string>{} : found->second;
}

std::optional<std::string> Invocation::argument(std::string_view name) const {
  const auto all = arguments(name);
  if (all.empty()) return std::nullopt;
  return all.front();
}

GivenSettings Invocation::function_settings() const {
  GivenSettings settings;
  for (const SettingRow& row : function_setting_rows()) {
    if (const auto value = given(flag_of_key(row.key)))
      settings[std::string(row.key)] = value->text;
  }
  return settings;
}

}  // namespace glowplug::cli
