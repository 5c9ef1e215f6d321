#include "base/append.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace glowplug {

void append_integer(std::string& to, std::int64_t value) {
  std::array<char, 24> digits{};
  to.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void append_ms(std::string& to, Duration duration) {
  constexpr std::int64_t kMicrosecondNs = 1000;
  constexpr std::int64_t kMillisecondUs = 1000;
  const std::int64_t us =
      std::max<std::int64_t>(0, (duration.count() + kMicrosecondNs / 2) / kMicrosecondNs);
  append_integer(to, us / kMillisecondUs);
  const std::int64_t part = us % kMillisecondUs;
  for (const char digit :
       {'.', static_cast<char>('0' + part / 100), static_cast<char>('0' + part / 10 % 10),
        static_cast<char>('0' + part % 10)})
    to += digit;
}

}  // namespace glowplug
