#include "front/server_timing.h"

#include <fmt/format.h>

namespace glowplug::front {

std::string server_timing(const PhaseTiming& timing) {
  const auto ms = [](nanoseconds duration) { return static_cast<double>(duration.count()) / 1e6; };
  std::string text =
      fmt::format("parse;dur={:.3f}, queue;dur={:.3f}", ms(timing.parse), ms(timing.queue));
  if (timing.cold) text += fmt::format(", start;dur={:.3f}", ms(timing.start));
  text += fmt::format(", input;dur={:.3f}, run;dur={:.3f}, output;dur={:.3f}, write;dur={:.3f}",
                      ms(timing.instance.input), ms(timing.instance.run),
                      ms(timing.instance.output), ms(timing.write));
  return text;
}

}  // namespace glowplug::front
