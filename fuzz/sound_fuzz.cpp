#include <cstddef>
#include <cstdint>
#include <span>

#include "handler/audio/sound.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace glowplug::handler::audio;
  const auto sound =
      decode(std::as_bytes(std::span(data, size)), {.max_samples = std::size_t{1} << 20});
  if (sound && sound->frames() > 0) {
    const Sound mono = to_mono(*sound);
    if (mono.channels != 1 || mono.frames() != sound->frames()) __builtin_trap();
  }
  return 0;
}
