#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace glowplug::handler::audio {

/// A decoded sound. Samples lie in [-1, 1): integers are divided by 2^(bits - 1), as
/// scipy.io.wavfile's values by 32768.
struct Sound {
  int sample_rate_hz = 0;
  int channels = 0;
  std::vector<float> samples;  ///< frames one after another, channels interleaved

  [[nodiscard]] std::size_t frames() const {
    return channels == 0 ? 0 : samples.size() / static_cast<std::size_t>(channels);
  }
};

/// What a file may ask for; checked before memory for samples is taken.
struct SoundLimits {
  std::size_t max_samples = std::size_t{64} << 20;  ///< frames times channels
};

/// WAV (RIFF: PCM of 8, 16, 24 and 32 bits, floats of 32 and 64; also in its extensible form) and
/// FLAC, by their first bytes. Errors: invalid_argument (neither of them, cut off, corrupt),
/// too_large, unimplemented (a WAV with another coding, named).
[[nodiscard]] Result<Sound> decode(std::span<const std::byte> file, const SoundLimits& limits = {});

/// One channel: the mean of all.
[[nodiscard]] Sound to_mono(Sound sound);

[[nodiscard]] Result<Sound> decode_wav(std::span<const std::byte> file, const SoundLimits& limits);
[[nodiscard]] Result<Sound> decode_flac(std::span<const std::byte> file, const SoundLimits& limits);
/// Errors: invalid_argument (no sample rate, more than 32 channels), too_large.
[[nodiscard]] Result<void> check_size(const Sound& sound, std::uint64_t samples,
                                      const SoundLimits& limits);

}  // namespace glowplug::handler::audio
