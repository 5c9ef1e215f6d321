#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace glowplug {

/// "50ms", "5s", "1m", "2h", "10us", "1.5s"; "0" needs no unit. Errors: invalid_argument, with what
/// was seen and an example.
[[nodiscard]] Result<Duration> parse_duration(std::string_view text);
/// "256MiB", "1GiB", "64KiB", "50MB", "1GB", "100B"; "0" needs no unit. Errors: invalid_argument.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);
/// The shortest exact spelling that parse_duration reads back: "90s", "50ms", "1h".
[[nodiscard]] std::string format_duration(Duration duration);
/// Exact spelling that parse_size reads back: "256MiB", "1000B".
[[nodiscard]] std::string format_size(std::uint64_t bytes);
/// For people: "13.9 MB", "212 kB", decimal units, three digits.
[[nodiscard]] std::string human_size(std::uint64_t bytes);
/// For people: "8.2 ms", "310 us", "1.4 s".
[[nodiscard]] std::string human_duration(Duration duration);

}  // namespace glowplug
