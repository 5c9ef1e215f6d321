#include "base/units.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <span>

namespace glowplug {
namespace {

struct Unit {
  std::string_view name;
  double scale;  // ns or bytes
};
constexpr std::array kTimeUnits = {Unit{"ns", 1},     Unit{"us", 1e3}, Unit{"ms", 1e6},
                                   Unit{"s", 1e9},    Unit{"m", 6e10}, Unit{"h", 3.6e12},
                                   Unit{"d", 8.64e13}};
constexpr std::array kSizeUnits = {Unit{"B", 1},
                                   Unit{"KiB", 1024},
                                   Unit{"MiB", 1048576},
                                   Unit{"GiB", 1073741824},
                                   Unit{"TiB", 1099511627776},
                                   Unit{"kB", 1e3},
                                   Unit{"KB", 1e3},
                                   Unit{"MB", 1e6},
                                   Unit{"GB", 1e9},
                                   Unit{"TB", 1e12}};

Result<double> parse_quantity(std::string_view text, std::span<const Unit> units,
                              std::string_view what, std::string_view example) {
  const auto refuse = [&](std::string_view why) {
    return Error{Code::invalid_argument,
                 fmt::format("\"{}\" is not a {}: {}; write it as {}", text, what, why, example),
                 {}};
  };
  double number = 0;
  const auto [end, failed] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (failed != std::errc{} || text.front() == '-' || !std::isfinite(number))
    return refuse("it does not start with a number of at least 0");
  const std::string_view unit(end, text.size() - static_cast<std::size_t>(end - text.data()));
  if (unit.empty() && number == 0) return 0.0;
  if (unit.empty()) return refuse("it has no unit");
  for (const Unit& known : units) {
    if (known.name == unit) return number * known.scale;
  }
  return refuse(fmt::format("unknown unit \"{}\"", unit));
}

template <std::size_t N>
std::string exact(std::uint64_t amount, const std::array<Unit, N>& units,
                  std::size_t binary_units) {
  std::string_view best = units[0].name;
  std::uint64_t shown = amount;
  for (std::size_t i = 1; i < binary_units; ++i) {
    const auto scale = static_cast<std::uint64_t>(units[i].scale);
    if (amount != 0 && amount % scale == 0) {
      best = units[i].name;
      shown = amount / scale;
    }
  }
  return fmt::format("{}{}", shown, best);
}

std::string three_digits(double value, std::string_view unit) {
  const int decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f} {}", value, decimals, unit);
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  GLOWPLUG_ASSIGN(const double ns, parse_quantity(text, kTimeUnits, "duration", "5s, 50ms or 1m"));
  if (ns > 9e18)
    return Error{Code::invalid_argument, fmt::format("\"{}\" is longer than 285 years", text), {}};
  return Duration(static_cast<std::int64_t>(std::llround(ns)));
}

Result<std::uint64_t> parse_size(std::string_view text) {
  GLOWPLUG_ASSIGN(const double bytes, parse_quantity(text, kSizeUnits, "size", "256MiB or 50MB"));
  if (bytes > 9e18)
    return Error{Code::invalid_argument, fmt::format("\"{}\" is more than 9 exabytes", text), {}};
  return static_cast<std::uint64_t>(std::llround(bytes));
}

std::string format_duration(Duration duration) {
  if (duration == Duration(0)) return "0s";
  return exact(static_cast<std::uint64_t>(duration.count()), kTimeUnits, kTimeUnits.size() - 1);
}

std::string format_size(std::uint64_t bytes) { return exact(bytes, kSizeUnits, 5); }

std::string human_size(std::uint64_t bytes) {
  const auto value = static_cast<double>(bytes);
  if (bytes < 1000) return fmt::format("{} B", bytes);
  if (value < 999.5e3) return three_digits(value / 1e3, "kB");
  if (value < 999.5e6) return three_digits(value / 1e6, "MB");
  return three_digits(value / 1e9, "GB");
}

std::string human_duration(Duration duration) {
  const auto ns = static_cast<double>(duration.count());
  if (ns < 999.5) return fmt::format("{} ns", duration.count());
  if (ns < 999.5e3) return three_digits(ns / 1e3, "us");
  if (ns < 999.5e6) return three_digits(ns / 1e6, "ms");
  return three_digits(ns / 1e9, "s");
}

}  // namespace glowplug
