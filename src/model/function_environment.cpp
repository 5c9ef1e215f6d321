#include "model/function_environment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "base/file.h"
#include "base/json.h"

namespace glowplug {
namespace {

constexpr std::size_t kLargestSecret = std::size_t{64} << 10;
constexpr std::string_view kEnv = "env:";
constexpr std::string_view kFile = "file:";
/// Set for every handler (runtime/load_template.cpp).
constexpr std::array<std::string_view, 3> kOurs = {"TMPDIR", "HOME", "LANG"};

bool is_name(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !text.empty() && letter(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

Result<void> check_variable(std::string_view name, std::string_view value) {
  if (!is_name(name))
    return invalid_argument(fmt::format(
        "{} is no name of a variable; letters, digits and _ were expected", quote_json(name)));
  if (std::ranges::count(kOurs, name) > 0)
    return invalid_argument(fmt::format("{} is set by glowplug", name));
  if (value.find('\0') != std::string_view::npos)
    return invalid_argument(fmt::format("the value of {} has a zero byte", name));
  return {};
}

std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    if (end > 0) parts.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

Result<Variables> variables_in(const Json& json) {
  if (!json.is_object()) return invalid_argument("an object of names and values was expected");
  Variables variables;
  for (const auto& [name, value] : json.items()) {
    if (!value.is_string())
      return invalid_argument(
          fmt::format("{} is {}; a string was expected", quote_json(name), value.type_name()));
    GLOWPLUG_TRY(check_variable(name, value.get_ref<const std::string&>()));
    variables[name] = value.get<std::string>();
  }
  return variables;
}

Result<Secret> secret_in(std::string_view text) {
  const std::size_t equals = text.find('=');
  Secret secret{std::string(text.substr(0, equals)), {}, {}};
  GLOWPLUG_TRY(check_variable(secret.name, {}));
  if (equals == std::string_view::npos) {
    secret.from = secret.name;
    return secret;
  }
  const std::string_view source = text.substr(equals + 1);
  if (source.starts_with(kEnv) && is_name(source.substr(kEnv.size()))) {
    secret.from = source.substr(kEnv.size());
  } else if (source.starts_with(kFile) && source.size() > kFile.size()) {
    secret.file = source.substr(kFile.size());
  } else {
    // Not shown: it may be the secret itself.
    return invalid_argument(
        fmt::format("secret {} says no place; {}=env:NAME or {}=file:PATH was expected",
                    secret.name, secret.name, secret.name));
  }
  return secret;
}

Result<std::string> value_of(const Secret& secret) {
  if (secret.file.empty()) {
    const char* const value = std::getenv(secret.from.c_str());  // NOLINT(concurrency-mt-unsafe)
    if (value != nullptr) return std::string(value);
    return Error{Code::failed_precondition,
                 fmt::format("secret {}: the gateway has no variable {}", secret.name, secret.from),
                 fmt::format("start glowplug with {} set, or name a file: {}=file:PATH",
                             secret.from, secret.name)};
  }
  auto text = read_file(secret.file, kLargestSecret);
  if (!text)
    return Error{Code::failed_precondition,
                 fmt::format("secret {}: {}", secret.name, text.error().message),
                 {}};
  if (text->ends_with('\n')) text->pop_back();
  return text;
}

}  // namespace

Result<Variables> parse_variables(std::string_view text) {
  if (text.starts_with('{')) {
    GLOWPLUG_ASSIGN(const Json json, parse_json(text));
    return variables_in(json);
  }
  Variables variables;
  for (const std::string_view part : parts_of(text)) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos)
      return invalid_argument(
          fmt::format("{} has no value; NAME=value was expected", quote_json(part)));
    GLOWPLUG_TRY(check_variable(part.substr(0, equals), part.substr(equals + 1)));
    variables[std::string(part.substr(0, equals))] = part.substr(equals + 1);
  }
  return variables;
}

std::string variables_text(const Variables& variables) {
  std::string text;
  for (const auto& [name, value] : variables) {
    if (value.find(',') != std::string::npos)
      return Json(variables).dump(-1, ' ', false, Json::error_handler_t::replace);
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
  }
  return text;
}

Result<std::vector<Secret>> parse_secrets(std::string_view text) {
  std::vector<Secret> secrets;
  for (const std::string_view part : parts_of(text)) {
    GLOWPLUG_ASSIGN(Secret secret, secret_in(part));
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

std::string secrets_text(const std::vector<Secret>& secrets) {
  std::string text;
  for (const Secret& secret : secrets) {
    if (!text.empty()) text += ',';
    text += secret.name;
    if (!secret.file.empty()) {
      text += fmt::format("={}{}", kFile, secret.file);
    } else if (secret.from != secret.name) {
      text += fmt::format("={}{}", kEnv, secret.from);
    }
  }
  return text;
}

Result<Variables> resolve(const Variables& variables, const std::vector<Secret>& secrets) {
  Variables all = variables;
  for (const Secret& secret : secrets) {
    GLOWPLUG_ASSIGN(std::string value, value_of(secret));
    if (!all.emplace(secret.name, std::move(value)).second)
      return invalid_argument(
          fmt::format("{} is given twice: as environment or secret", secret.name));
  }
  return all;
}

}  // namespace glowplug
