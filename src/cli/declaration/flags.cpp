#include "cli/declaration/flags.h"

#include <algorithm>

#include "model/function_settings.h"

namespace glowplug::cli {
namespace {

ValueKind kind_of(const SettingRow& row) {
  if (row.type == "duration") return ValueKind::duration;
  if (row.type == "schedule" || row.type == "variables" || row.type == "secrets" ||
      row.type == "hosts")
    return ValueKind::text;
  if (row.type == "choice") return ValueKind::choice;
  return row.type == "size" ? ValueKind::size : ValueKind::count;
}

std::string placeholder_of(ValueKind kind, std::string_view type) {
  if (type == "variables") return "NAME=VALUE";
  if (type == "secrets") return "NAME";
  if (type == "hosts") return "HOST";
  if (kind == ValueKind::duration) return "DURATION";
  if (kind == ValueKind::text) return "SCHEDULE";
  if (kind == ValueKind::choice) return "ENGINE";
  return kind == ValueKind::size ? "SIZE" : "COUNT";
}

std::string replaced(std::string_view text, char from, char to) {
  std::string result(text);
  std::replace(result.begin(), result.end(), from, to);
  return result;
}

}  // namespace

std::string flag_of_key(std::string_view key) { return replaced(key, '_', '-'); }
std::string key_of_flag(std::string_view name) { return replaced(name, '-', '_'); }

std::string variable_of_key(std::string_view key) {
  std::string name = "GLOWPLUG_" + key_of_flag(key);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

std::vector<Flag> function_setting_flags(bool from_environment) {
  std::vector<Flag> flags;
  for (const SettingRow& row : function_setting_rows()) {
    const ValueKind kind = kind_of(row);
    flags.push_back({.name = flag_of_key(row.key),
                     .kind = kind,
                     .placeholder = placeholder_of(kind, row.type),
                     .fallback = row.write(FunctionSettings{}),
                     .variable = from_environment ? variable_of_key(row.key) : "",
                     .help = std::string(row.meaning),
                     .choices = row.choices,
                     .function_setting = true,
                     .check = [&row](std::string_view text) {
                       FunctionSettings settings;
                       return row.read(settings, text);
                     }});
  }
  return flags;
}

std::vector<Flag> global_flags() {
  return {
      {.name = "help", .letter = 'h', .help = "show the common flags and examples"},
      {.name = "help-all", .help = "show every flag"},
      {.name = "json", .help = "one JSON object on stdout, for success and failure alike"},
      {.name = "quiet",
       .letter = 'q',
       .help = "only the one value on stdout (digest, address, path), no remarks"},
      {.name = "home",
       .kind = ValueKind::folder,
       .placeholder = "FOLDER",
       .fallback = "$XDG_DATA_HOME/glowplug",
       .variable = "GLOWPLUG_HOME",
       .help = "folder of the store",
       .common = false},
      {.name = "color",
       .kind = ValueKind::choice,
       .placeholder = "WHEN",
       .fallback = "auto",
       .variable = "GLOWPLUG_COLOR",
       .help = "color on terminals; beats NO_COLOR, which beats FORCE_COLOR",
       .choices = {"auto", "always", "never"},
       .common = false},
      {.name = "progress",
       .kind = ValueKind::choice,
       .placeholder = "HOW",
       .fallback = "auto",
       .variable = "GLOWPLUG_PROGRESS",
       .help = "progress of long work on stderr",
       .choices = {"auto", "plain", "none"},
       .common = false},
  };
}

std::vector<Flag> engine_flags() {
  return {
      {.name = "handler-program",
       .kind = ValueKind::file,
       .placeholder = "PROGRAM",
       .fallback = "glowplug-handler beside glowplug",
       .variable = "GLOWPLUG_HANDLER",
       .help = "the program that runs models",
       .common = false},
      {.name = "engine-library",
       .kind = ValueKind::file,
       .placeholder = "FILE",
       .fallback = "lib/glowplug/libonnxruntime.so",
       .variable = "GLOWPLUG_ORT_LIBRARY",
       .help = "ONNX Runtime's shared library",
       .common = false},
  };
}

std::vector<Flag> server_flags() {
  return {
      {.name = "http-port",
       .kind = ValueKind::port,
       .placeholder = "PORT",
       .fallback = "8080",
       .variable = "GLOWPLUG_HTTP_PORT",
       .help = "port of HTTP; 0 picks a free one",
       .also = {"port"}},
      {.name = "host",
       .kind = ValueKind::text,
       .placeholder = "ADDRESS",
       .fallback = "127.0.0.1",
       .variable = "GLOWPLUG_HOST",
       .help = "address to listen on; any other than loopback is open to the network"},
      {.name = "drain-timeout",
       .kind = ValueKind::duration,
       .placeholder = "DURATION",
       .fallback = "30s",
       .variable = "GLOWPLUG_DRAIN_TIMEOUT",
       .help = "after SIGTERM, accepted requests have this long",
       .common = false},
      {.name = "max-body",
       .kind = ValueKind::size,
       .placeholder = "SIZE",
       .fallback = "64MiB",
       .variable = "GLOWPLUG_MAX_BODY",
       .help = "largest body of a request; beyond it 413",
       .common = false},
      {.name = "max-buffered",
       .kind = ValueKind::size,
       .placeholder = "SIZE",
       .fallback = "512MiB",
       .variable = "GLOWPLUG_MAX_BUFFERED",
       .help = "bodies of all requests under way; one more gets 503",
       .common = false},
      {.name = "max-connections",
       .kind = ValueKind::count,
       .placeholder = "COUNT",
       .fallback = "10000",
       .variable = "GLOWPLUG_MAX_CONNECTIONS",
       .help = "open client connections",
       .common = false},
      {.name = "template-budget",
       .kind = ValueKind::size,
       .placeholder = "SIZE",
       .fallback = "1GiB",
       .variable = "GLOWPLUG_TEMPLATE_BUDGET",
       .help = "memory of templates without instances; beyond it those leave whose rate x start / "
               "size is least",
       .common = false},
      {.name = "log-level",
       .kind = ValueKind::choice,
       .placeholder = "LEVEL",
       .fallback = "info",
       .variable = "GLOWPLUG_LOG_LEVEL",
       .help = "least serious line of the log on stderr",
       .choices = {"debug", "info", "warning", "error"},
       .common = false},
      {.name = "log-format",
       .kind = ValueKind::choice,
       .placeholder = "FORMAT",
       .fallback = "auto",
       .variable = "GLOWPLUG_LOG_FORMAT",
       .help = "auto: text on a terminal, JSON lines elsewhere",
       .choices = {"auto", "text", "json"},
       .common = false},
      {.name = "no-access-log", .help = "no line for each request", .common = false},
      {.name = "no-busy-poll",
       .help =
           "sleep as soon as nothing is there; else, where requests come quickly, the loop looks "
           "for 50 us first",
       .common = false},
      {.name = "no-sandbox",
       .help = "run instances without seccomp, landlock and a user of their own",
       .common = false},
  };
}

}  // namespace glowplug::cli
