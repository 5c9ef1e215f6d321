#include "runtime/handler_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/nearest.h"

namespace glowplug::runtime {
namespace {

/// Settings that mean something where there is one process and it never sleeps.
constexpr std::array<std::string_view, 8> kSettings{
    "timeout",         "max_queue",   "max_queue_bytes", "max_batch",
    "max_batch_delay", "fetch_hosts", "fetch_max_bytes", "fetch_timeout"};

Error wrong(std::string text) {
  return Error{Code::invalid_argument, std::move(text), "see glowplug-handler --help"};
}

template <class Number>
Result<Number> read_number(std::string_view flag, std::string_view text, Number most) {
  Number number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size() || number > most)
    return wrong(fmt::format("{} is \"{}\"; a number from 0 to {} was expected", flag, text, most));
  return number;
}

std::string key_of(std::string_view flag) {
  std::string key(flag.substr(2));
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string flag_of(std::string_view key) {
  std::string flag = "--" + std::string(key);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

bool is_setting(std::string_view key) {
  return std::find(kSettings.begin(), kSettings.end(), key) != kSettings.end();
}

/// What was given so far, before it is known which role it is for.
struct Given {
  std::string role;
  std::optional<int> control_fd;
  std::optional<std::string> bundle;
  bool server_flags = false;
  ServerOptions server;
};

using Read = std::function<Result<void>(Given&, std::string_view value)>;
struct Flag {
  std::string_view name;
  Read read;
};

Result<void> read_control_fd(Given& given, std::string_view value) {
  GLOWPLUG_ASSIGN(given.control_fd, read_number("--control-fd", value, 1023));
  return {};
}
Result<void> read_port(Given& given, std::string_view value) {
  GLOWPLUG_ASSIGN(given.server.http_port, read_number<std::uint16_t>("--http-port", value, 65535));
  return {};
}
Result<void> read_log_level(Given& given, std::string_view value) {
  const auto level = log_level_named(value);
  if (!level)
    return wrong(
        fmt::format("--log-level is \"{}\"; debug, info, warning or error was expected", value));
  given.server.log_level = *level;
  return {};
}
Result<void> read_engine(Given& given, std::string_view value) {
  if (value != "native" && value != "onnxruntime")
    return wrong(
        fmt::format("--engine is \"{}\"; auto, native or onnxruntime was expected", value));
  given.server.engine = value == "auto" ? "" : value;
  return {};
}
Result<void> read_role(Given& given, std::string_view value) {
  if (value != "template")
    return wrong(fmt::format("--role is \"{}\"; template was expected", value));
  given.role = value;
  return {};
}

const std::vector<Flag>& flags() {
  static const std::vector<Flag> all{
      {"--role", read_role},
      {"--control-fd", read_control_fd},
      {"--http-port", read_port},
      {"--host",
       [](Given& given, std::string_view value) {
         given.server.host = value;
         return Result<void>();
       }},
      {"--engine", read_engine},
      {"--engine-library",
       [](Given& given, std::string_view value) {
         given.server.engine_library = value;
         return Result<void>();
       }},
      {"--log-level", read_log_level},
  };
  return all;
}

/// The flags without a value, and what they turn off.
struct Switch {
  std::string_view name;
  bool ServerOptions::* turned_off;
};
constexpr std::array kSwitches{Switch{"--no-access-log", &ServerOptions::access_log},
                               Switch{"--no-busy-poll", &ServerOptions::busy_poll}};

bool turn_off(ServerOptions& options, std::string_view argument) {
  const auto* const named = std::ranges::find(kSwitches, argument, &Switch::name);
  if (named == kSwitches.end()) return false;
  options.*named->turned_off = false;
  return true;
}

Error unknown_flag(std::string_view flag) {
  std::vector<std::string> names;
  names.reserve(kSwitches.size() + flags().size() + kSettings.size());
  for (const Switch& known : kSwitches) names.emplace_back(known.name);
  for (const Flag& known : flags()) names.emplace_back(known.name);
  for (const std::string_view key : kSettings) names.push_back(flag_of(key));
  const auto near = nearest(flag, names);
  return wrong(fmt::format("unknown flag {}{}", flag,
                           near ? fmt::format("; did you mean {}?", *near) : std::string()));
}

Result<void> read_flag(Given& given, std::string_view name, std::string_view value) {
  if (const std::string key = key_of(name); is_setting(key)) {
    given.server.settings[key] = value;
    GLOWPLUG_TRY(apply({}, {{key, std::string(value)}}));
    return {};
  }
  for (const Flag& flag : flags()) {
    if (flag.name == name) return flag.read(given, value);
  }
  return unknown_flag(name);
}

bool is_known(std::string_view name) {
  return is_setting(key_of(name)) || std::any_of(flags().begin(), flags().end(),
                                                 [name](const Flag& f) { return f.name == name; });
}

Result<HandlerOptions> choose_role(Given given) {
  if (!given.role.empty()) {
    if (given.bundle) return wrong("--role template takes no bundle: the gateway names it");
    if (!given.control_fd) return wrong("--role template needs --control-fd N");
    return HandlerOptions(TemplateOptions{*given.control_fd});
  }
  if (!given.bundle) return wrong("no bundle was named");
  given.server.bundle = *std::move(given.bundle);
  return HandlerOptions(std::move(given.server));
}

}  // namespace

Result<HandlerOptions> read_handler_options(std::span<const char* const> arguments) {
  Given given;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--help" || argument == "-h") return HandlerOptions(ShowHelp{});
    if (argument == "--version") return HandlerOptions(ShowVersion{});
    if (!argument.starts_with("--")) {
      if (given.bundle) return wrong(fmt::format("one bundle only; \"{}\" is a second", argument));
      given.bundle = argument;
      continue;
    }
    if (turn_off(given.server, argument)) continue;
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (!is_known(name)) return unknown_flag(name);
    if (equals == std::string_view::npos && i + 1 == arguments.size())
      return wrong(fmt::format("{} needs a value", name));
    const std::string_view value =
        equals == std::string_view::npos ? arguments[++i] : argument.substr(equals + 1);
    GLOWPLUG_TRY(read_flag(given, name, value));
  }
  return choose_role(std::move(given));
}

std::string handler_help() {
  std::string text =
      "glowplug-handler serves one bundle by itself: the same requests and answers as\n"
      "`glowplug serve`, with the model in this process.\n\n"
      "usage: glowplug-handler BUNDLE [--http-port N] [--host ADDRESS]\n\n"
      "  --http-port N            port to listen on; 0: a free one, printed when it listens "
      "(8080)\n"
      "  --host ADDRESS           address to listen on (127.0.0.1)\n"
      "  --engine NAME            native or onnxruntime (native where the model is compiled for "
      "it)\n"
      "  --engine-library FILE    the engine's shared library (where it was installed)\n"
      "  --log-level LEVEL        debug, info, warning or error (info)\n"
      "  --no-access-log          no line for each request\n"
      "  --no-busy-poll           sleep as soon as nothing is there; else, where requests come\n"
      "                           quickly, the loop looks for 50 us first\n";
  for (const SettingRow& row : function_setting_rows()) {
    if (!is_setting(row.key)) continue;
    text += fmt::format("  {:<24} {} ({})\n", flag_of(row.key) + " " + std::string(row.type),
                        row.meaning, row.write(FunctionSettings{}));
  }
  text +=
      "  --version                print the version\n"
      "  --help                   print this\n\n"
      "SIGTERM: takes no more requests, answers those it has, ends.\n"
      "The gateway starts templates as `glowplug-handler --role template --control-fd N`.\n"
      "Exit codes: 0 done, 1 could not, 64 wrong usage.\n";
  return text;
}

}  // namespace glowplug::runtime
