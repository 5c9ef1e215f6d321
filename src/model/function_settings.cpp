#include "model/function_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

#include "base/nearest.h"
#include "base/units.h"
#include "scale/local_time.h"

namespace glowplug {
namespace {

SettingRow duration_row(std::string_view key, std::string_view meaning, std::string_view example,
                        Duration FunctionSettings::* member) {
  return {key,
          "duration",
          meaning,
          example,
          [member](FunctionSettings& settings, std::string_view text) -> Result<void> {
            GLOWPLUG_ASSIGN(settings.*member, parse_duration(text));
            return {};
          },
          [member](const FunctionSettings& settings) { return format_duration(settings.*member); }};
}

SettingRow size_row(std::string_view key, std::string_view meaning, std::string_view example,
                    std::uint64_t FunctionSettings::* member) {
  return {key,
          "size",
          meaning,
          example,
          [member](FunctionSettings& settings, std::string_view text) -> Result<void> {
            GLOWPLUG_ASSIGN(settings.*member, parse_size(text));
            return {};
          },
          [member](const FunctionSettings& settings) { return format_size(settings.*member); }};
}

SettingRow count_row(std::string_view key, std::string_view meaning, std::string_view example,
                     std::uint32_t least, std::uint32_t most,
                     std::uint32_t FunctionSettings::* member) {
  return {
      key,
      "count",
      meaning,
      example,
      [=](FunctionSettings& settings, std::string_view text) -> Result<void> {
        std::uint32_t number = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failed != std::errc{} || end != text.data() + text.size() || number < least ||
            number > most) {
          return Error{Code::invalid_argument,
                       fmt::format("\"{}\" is not a whole number from {} to {}", text, least, most),
                       {}};
        }
        settings.*member = number;
        return {};
      },
      [member](const FunctionSettings& settings) { return fmt::format("{}", settings.*member); }};
}

SettingRow schedule_row(std::string_view key, std::string_view meaning, std::string_view example,
                        scale::KeepWarm FunctionSettings::* member) {
  return {key,
          "schedule",
          meaning,
          example,
          [member](FunctionSettings& settings, std::string_view text) -> Result<void> {
            GLOWPLUG_ASSIGN(scale::KeepWarm schedule, scale::parse_keep_warm(text));
            GLOWPLUG_TRY(scale::check_zone(schedule.zone));
            settings.*member = std::move(schedule);
            return {};
          },
          [member](const FunctionSettings& settings) { return scale::to_text(settings.*member); }};
}

constexpr std::array kEngines{
    std::pair{std::string_view("auto"), EngineChoice::automatic},
    std::pair{std::string_view("native"), EngineChoice::native},
    std::pair{std::string_view("onnxruntime"), EngineChoice::of_manifest}};

Result<void> read_engine(FunctionSettings& settings, std::string_view text) {
  for (const auto& [name, choice] : kEngines) {
    if (name != text) continue;
    settings.engine = choice;
    return {};
  }
  return Error{Code::invalid_argument,
               fmt::format("\"{}\" is no engine; auto, native or onnxruntime was expected", text),
               {}};
}

SettingRow engine_row() {
  const auto write = [](const FunctionSettings& settings) {
    for (const auto& [name, choice] : kEngines) {
      if (choice == settings.engine) return std::string(name);
    }
    return std::string();
  };
  SettingRow row{
      "engine", "choice",    "engine that runs the model; auto: native if it is compiled",
      "auto",   read_engine, write};
  for (const auto& [name, choice] : kEngines) row.choices.emplace_back(name);
  return row;
}

constexpr std::array kForkAhead{std::pair{std::string_view("auto"), ForkAhead::automatic},
                                std::pair{std::string_view("on"), ForkAhead::on},
                                std::pair{std::string_view("off"), ForkAhead::off}};

SettingRow fork_ahead_row() {
  const auto read = [](FunctionSettings& settings, std::string_view text) -> Result<void> {
    for (const auto& [name, choice] : kForkAhead) {
      if (name != text) continue;
      settings.fork_ahead = choice;
      return {};
    }
    return Error{
        Code::invalid_argument, fmt::format("\"{}\" is none of auto, on and off", text), {}};
  };
  const auto write = [](const FunctionSettings& settings) {
    for (const auto& [name, choice] : kForkAhead) {
      if (choice == settings.fork_ahead) return std::string(name);
    }
    return std::string();
  };
  SettingRow row{"fork_ahead",
                 "choice",
                 "whether a function that sleeps keeps one process forked for its next wake; auto: "
                 "with ONNX Runtime",
                 "auto",
                 read,
                 write};
  for (const auto& [name, choice] : kForkAhead) row.choices.emplace_back(name);
  return row;
}

SettingRow environment_row() {
  return {"environment",
          "variables",
          "variables of a function of code, its only ones: NAME=value,NAME=value",
          "LIMIT=5,MODE=fast",
          [](FunctionSettings& settings, std::string_view text) -> Result<void> {
            GLOWPLUG_ASSIGN(settings.environment, parse_variables(text));
            return {};
          },
          [](const FunctionSettings& settings) { return variables_text(settings.environment); }};
}

SettingRow secrets_row() {
  return {"secrets",
          "secrets",
          "variables of a function of code that are read when it is loaded and told nowhere: "
          "NAME,NAME=env:OTHER,NAME=file:PATH",
          "API_KEY=file:/run/secrets/api_key",
          [](FunctionSettings& settings, std::string_view text) -> Result<void> {
            GLOWPLUG_ASSIGN(settings.secrets, parse_secrets(text));
            return {};
          },
          [](const FunctionSettings& settings) { return secrets_text(settings.secrets); }};
}

SettingRow fetch_hosts_row() {
  return {
      "fetch_hosts",
      "hosts",
      "where inputs by reference may be fetched from: HOST,*.DOMAIN,http://HOST:PORT,s3://BUCKET; "
      "none: they are refused",
      "images.example.com,s3://pictures",
      [](FunctionSettings& settings, std::string_view text) -> Result<void> {
        GLOWPLUG_ASSIGN(settings.fetch_hosts, fetch::AllowList::parse(text));
        return {};
      },
      [](const FunctionSettings& settings) { return settings.fetch_hosts.text(); }};
}

std::vector<SettingRow> make_rows() {
  using S = FunctionSettings;
  return {
      size_row("memory", "memory of each of its processes", "256MiB", &S::memory_bytes),
      duration_row("timeout", "longest time from a request's arrival to its answer", "5s",
                   &S::timeout),
      count_row("min_instances", "instances kept running without work", "0", 0, 64,
                &S::min_instances),
      count_row("max_instances", "most instances at once", "4", 1, 64, &S::max_instances),
      count_row("parked", "idle instances kept beyond those at work", "0", 0, 64, &S::parked),
      schedule_row("keep_warm",
                   "hours in which instances are kept without work: DAYS HH:MM-HH:MM xINSTANCES, "
                   "several with `;`, at the end a time zone",
                   "mon-fri 08:00-18:00", &S::keep_warm),
      fork_ahead_row(),
      count_row("max_queue", "most rows waiting; beyond it requests are answered 503", "512", 1,
                1'000'000, &S::max_queue),
      size_row("max_queue_bytes", "most tensor bytes waiting; beyond it requests are answered 503",
               "256MiB", &S::max_queue_bytes),
      duration_row("idle_timeout", "an instance without work leaves after this long", "60s",
                   &S::idle_timeout),
      count_row("max_batch", "most rows that run together; 0: what the bundle allows", "32", 0,
                65536, &S::max_batch),
      duration_row("max_batch_delay",
                   "longest wait for a fuller batch while others are at work; 0: none", "2ms",
                   &S::max_batch_delay),
      engine_row(),
      environment_row(),
      secrets_row(),
      fetch_hosts_row(),
      size_row("fetch_max_bytes",
               "largest input by reference; all of a request are bounded by the server's max_body",
               "5MiB", &S::fetch_max_bytes),
      duration_row("fetch_timeout", "longest time for all inputs by reference of a request", "3s",
                   &S::fetch_timeout),
  };
}

Error unknown_key(std::string_view key) {
  std::vector<std::string> keys;
  for (const SettingRow& row : function_setting_rows()) keys.emplace_back(row.key);
  const auto near = nearest(key, keys);
  return Error{Code::invalid_argument,
               fmt::format("unknown setting \"{}\"{}", key,
                           near ? fmt::format("; did you mean \"{}\"?", *near) : ""),
               {}};
}

}  // namespace

std::span<const SettingRow> function_setting_rows() {
  static const std::vector<SettingRow> kRows = make_rows();
  return kRows;
}

Result<FunctionSettings> apply(FunctionSettings base, const GivenSettings& given) {
  for (const auto& [key, text] : given) {
    const auto rows = function_setting_rows();
    const auto row = std::find_if(rows.begin(), rows.end(), [&wanted = key](const SettingRow& one) {
      return one.key == wanted;
    });
    if (row == rows.end()) return unknown_key(key);
    auto read = row->read(base, text);
    if (!read) return std::move(read).error().in(key);
  }
  if (base.min_instances > base.max_instances) {
    return Error{Code::invalid_argument,
                 fmt::format("min_instances ({}) is more than max_instances ({})",
                             base.min_instances, base.max_instances),
                 {}};
  }
  if (const std::uint32_t most = scale::most_instances(base.keep_warm); most > base.max_instances) {
    return Error{Code::invalid_argument,
                 fmt::format("keep_warm asks for {} instances, more than max_instances ({})", most,
                             base.max_instances),
                 {}};
  }
  if (base.fetch_timeout <= Duration(0))
    return Error{Code::invalid_argument, "fetch_timeout must be more than 0", {}};
  if (base.timeout <= Duration(0))
    return Error{Code::invalid_argument, "timeout must be more than 0", {}};
  return base;
}

}  // namespace glowplug
