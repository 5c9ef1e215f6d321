#include "front/server_timing.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace glowplug::front {
namespace {

constexpr std::size_t kUsualBytes = 128;
constexpr std::int64_t kMicrosecondNs = 1000;
constexpr std::int64_t kMillisecondUs = 1000;

/// "0.094": milliseconds with three digits, rounded. It is in every answer: whole numbers are
/// written in a tenth of the time of doubles.
void append_phase(std::string& out, std::string_view name, nanoseconds duration) {
  const std::int64_t us =
      std::max<std::int64_t>(0, (duration.count() + kMicrosecondNs / 2) / kMicrosecondNs);
  std::array<char, 24> digits{};
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), us / kMillisecondUs).ptr;
  const std::int64_t part = us % kMillisecondUs;
  if (!out.empty()) out += ", ";
  out.append(name).append(";dur=").append(digits.data(), end);
  for (const char digit :
       {'.', static_cast<char>('0' + part / 100), static_cast<char>('0' + part / 10 % 10),
        static_cast<char>('0' + part % 10)})
    out += digit;
}

}  // namespace

std::string server_timing(const PhaseTiming& timing) {
  std::string text;
  text.reserve(kUsualBytes);
  append_phase(text, "parse", timing.parse);
  if (timing.fetch > nanoseconds(0)) append_phase(text, "fetch", timing.fetch);
  append_phase(text, "queue", timing.queue);
  if (timing.cold) append_phase(text, "start", timing.start);
  append_phase(text, "input", timing.instance.input);
  append_phase(text, "run", timing.instance.run);
  append_phase(text, "output", timing.instance.output);
  append_phase(text, "write", timing.write);
  return text;
}

}  // namespace glowplug::front
