#include "front/server_timing.h"

#include <string_view>

#include "base/append.h"

namespace glowplug::front {
namespace {

constexpr std::size_t kUsualBytes = 128;

void append_phase(std::string& out, std::string_view name, nanoseconds duration) {
  if (!out.empty()) out += ", ";
  out.append(name).append(";dur=");
  append_ms(out, duration);
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
