#include "handler/audio/sound.h"

#include <fmt/format.h>

#include <string_view>

namespace glowplug::handler::audio {

Result<Sound> decode(std::span<const std::byte> file, const SoundLimits& limits) {
  constexpr std::size_t kHeadSize = 12;
  const std::string_view text(reinterpret_cast<const char*>(file.data()), file.size());
  if (text.starts_with("fLaC")) return decode_flac(file, limits);
  if (text.size() >= kHeadSize && text.starts_with("RIFF") && text.substr(8, 4) == "WAVE")
    return decode_wav(file, limits);
  return invalid_argument("this is no sound that is known here; WAV and FLAC are");
}

Sound to_mono(Sound sound) {
  if (sound.channels <= 1) return sound;
  const auto channels = static_cast<std::size_t>(sound.channels);
  std::vector<float> mono(sound.frames());
  for (std::size_t frame = 0; frame < mono.size(); ++frame) {
    float sum = 0;
    for (std::size_t i = 0; i < channels; ++i) sum += sound.samples[frame * channels + i];
    mono[frame] = sum / static_cast<float>(channels);
  }
  return {sound.sample_rate_hz, 1, std::move(mono)};
}

Result<void> check_size(const Sound& sound, std::uint64_t samples, const SoundLimits& limits) {
  constexpr int kMostChannels = 32;
  constexpr int kHighestRate = 768'000;
  if (sound.channels < 1 || sound.channels > kMostChannels)
    return invalid_argument(
        fmt::format("{} channels; 1 to {} were expected", sound.channels, kMostChannels));
  if (sound.sample_rate_hz < 1 || sound.sample_rate_hz > kHighestRate)
    return invalid_argument(fmt::format("a sample rate of {} Hz; 1 to {} was expected",
                                        sound.sample_rate_hz, kHighestRate));
  if (samples > limits.max_samples)
    return Error{
        Code::too_large,
        fmt::format("the sound has {} samples, the limit is {}", samples, limits.max_samples),
        {}};
  return {};
}

}  // namespace glowplug::handler::audio
