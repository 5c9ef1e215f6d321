#include "cli/settings_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/nearest.h"
#include "cli/declaration/flags.h"
#include "cli/declaration/foreign_names.h"
#include "cli/declaration/value_check.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kFunction = "function.";

std::string plain_key(std::string_view name) {
  while (name.starts_with('-')) name.remove_prefix(1);
  return key_of_flag(name);
}

std::string bare(const Setting& setting) { return key_of_flag(setting.flag.name); }

}  // namespace

std::vector<Setting> all_settings() {
  std::vector<Setting> settings;
  for (const auto& flags :
       {global_flags(), server_flags(), engine_flags(), function_setting_flags(true)}) {
    for (const Flag& flag : flags) {
      if (flag.variable.empty()) continue;
      const std::string key = key_of_flag(flag.name);
      settings.push_back({flag.function_setting ? fmt::format("{}{}", kFunction, key) : key, flag});
    }
  }
  return settings;
}

std::vector<std::string> setting_keys() {
  std::vector<std::string> keys;
  for (const Setting& setting : all_settings()) keys.push_back(setting.key);
  return keys;
}

Attempt<Setting> setting_named(std::string_view name) {
  const std::string wanted = plain_key(name);
  const auto settings = all_settings();
  for (const Setting& setting : settings) {
    if (setting.key == wanted || bare(setting) == wanted) return setting;
  }
  Failure failure =
      usage_failure(fmt::format("there is no setting \"{}\"", name), "glowplug config");
  if (const auto foreign = foreign_setting(name); foreign && !foreign->ours.empty()) {
    failure.error.message += fmt::format("; what {} calls {} is `{}` here{}", foreign->tool,
                                         foreign->name, foreign->ours, foreign->remark);
  } else if (const auto near = nearest(wanted, setting_keys())) {
    failure.error.message += fmt::format("; did you mean \"{}\"?", *near);
    failure.error.fix = fmt::format("glowplug config explain {}", *near);
  }
  return failure;
}

Attempt<Given> value_of(const Setting& setting, const Lookup& environment,
                        const std::optional<ProjectFile>& project) {
  const Flag& flag = setting.flag;
  if (const auto text = environment(flag.variable); text && !text->empty()) {
    if (auto fine = check_value(flag, *text); !fine)
      return Failure(std::move(fine).error(), flag.variable, kUsage);
    return Given{*text, Origin::environment, flag.variable};
  }
  if (project && flag.function_setting) {
    const std::string key = bare(setting);
    const auto found = project->function.find(key);
    if (found != project->function.end())
      return Given{found->second, Origin::file, project->places.find(key)->second};
  }
  return Given{flag.fallback, Origin::fallback, "default"};
}

}  // namespace glowplug::cli
