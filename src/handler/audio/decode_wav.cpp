#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "handler/audio/sound.h"

/// Source of the format: Microsoft, "Multiple channel audio data and WAVE files"; little-endian.
namespace glowplug::handler::audio {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint16_t kPcm = 1;
constexpr std::uint16_t kFloat = 3;
constexpr std::uint16_t kExtensible = 0xfffe;

template <class Number>
Number number_at(Bytes bytes, std::size_t at) {
  Number number{};
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

struct Format {
  std::uint16_t coding = 0;
  std::uint16_t bits = 0;
  std::size_t sample_bytes = 0;
};

Error cut_off(std::string_view what) {
  return invalid_argument(fmt::format("the WAV file is cut off in its {}", what));
}

std::string_view name_of_coding(std::uint16_t coding) {
  switch (coding) {
    case 2:
      return "Microsoft ADPCM";
    case 6:
      return "A-law";
    case 7:
      return "mu-law";
    case 0x11:
      return "IMA ADPCM";
    case 0x55:
      return "MP3";
    default:
      return "unknown";
  }
}

Result<Format> read_format(Bytes chunk, Sound& sound) {
  constexpr std::size_t kPlainSize = 16;
  constexpr std::size_t kSubFormatAt = 24;
  if (chunk.size() < kPlainSize) return cut_off("format");
  Format format;
  format.coding = number_at<std::uint16_t>(chunk, 0);
  sound.channels = number_at<std::uint16_t>(chunk, 2);
  const auto rate = number_at<std::uint32_t>(chunk, 4);
  sound.sample_rate_hz = static_cast<int>(std::min<std::uint32_t>(rate, 1U << 30));
  const std::size_t frame_bytes = number_at<std::uint16_t>(chunk, 12);
  format.bits = number_at<std::uint16_t>(chunk, 14);
  if (format.coding == kExtensible && chunk.size() >= kSubFormatAt + 2)
    format.coding = number_at<std::uint16_t>(chunk, kSubFormatAt);
  const bool pcm = format.coding == kPcm && (format.bits == 8 || format.bits == 16 ||
                                             format.bits == 24 || format.bits == 32);
  const bool real = format.coding == kFloat && (format.bits == 32 || format.bits == 64);
  if (!pcm && !real)
    return Error{Code::unimplemented,
                 fmt::format("WAV with coding {} ({}) of {} bits is not read here; PCM of 8 to 32 "
                             "bits and floats are",
                             format.coding, name_of_coding(format.coding), format.bits),
                 {}};
  format.sample_bytes = format.bits / 8U;
  if (sound.channels == 0 ||
      frame_bytes != format.sample_bytes * static_cast<std::size_t>(sound.channels))
    return invalid_argument(
        fmt::format("the WAV file has {} bytes a frame of {} channels of {} "
                    "bits",
                    frame_bytes, sound.channels, format.bits));
  return format;
}

/// Three bytes as the upper ones of a 32-bit number.
std::int32_t number_of_24_bits(Bytes bytes, std::size_t at) {
  std::uint32_t number = 0;
  std::memcpy(reinterpret_cast<char*>(&number) + 1, bytes.data() + at, 3);
  return static_cast<std::int32_t>(number);
}

float sample_at(Bytes data, std::size_t at, const Format& format) {
  constexpr float kOf8 = 128;
  constexpr float kOf16 = 32768;
  constexpr float kOf32 = 2147483648.0F;
  if (format.coding == kFloat)
    return format.bits == 32 ? number_at<float>(data, at)
                             : static_cast<float>(number_at<double>(data, at));
  switch (format.bits) {
    case 8:
      return (static_cast<float>(number_at<std::uint8_t>(data, at)) - kOf8) / kOf8;
    case 16:
      return static_cast<float>(number_at<std::int16_t>(data, at)) / kOf16;
    case 24:
      return static_cast<float>(number_of_24_bits(data, at)) / kOf32;
    default:
      return static_cast<float>(number_at<std::int32_t>(data, at)) / kOf32;
  }
}

Result<void> read_samples(Bytes data, const Format& format, const SoundLimits& limits,
                          Sound& sound) {
  const std::size_t count = data.size() / format.sample_bytes;
  GLOWPLUG_TRY(check_size(sound, count, limits));
  sound.samples.resize(count - count % static_cast<std::size_t>(sound.channels));
  for (std::size_t i = 0; i < sound.samples.size(); ++i)
    sound.samples[i] = sample_at(data, i * format.sample_bytes, format);
  return {};
}

}  // namespace

Result<Sound> decode_wav(Bytes file, const SoundLimits& limits) {
  constexpr std::size_t kFirstChunk = 12;
  constexpr std::size_t kChunkHead = 8;
  constexpr std::uint32_t kUnknownSize = 0xffffffff;  // of a file that was written to a pipe
  Sound sound;
  std::optional<Format> format;
  std::size_t at = kFirstChunk;
  while (at + kChunkHead <= file.size()) {
    const std::string_view name(reinterpret_cast<const char*>(file.data()) + at, 4);
    const auto size = number_at<std::uint32_t>(file, at + 4);
    at += kChunkHead;
    const std::size_t left = file.size() - at;
    if (name == "data") {
      if (!format) return invalid_argument("the WAV file has samples before their format");
      if (size > left && size != kUnknownSize) return cut_off("samples");
      GLOWPLUG_TRY(read_samples(file.subspan(at, std::min<std::size_t>(size, left)), *format,
                                limits, sound));
      return sound;
    }
    if (size > left) return cut_off("chunks");
    if (name == "fmt ") {
      GLOWPLUG_ASSIGN(format, read_format(file.subspan(at, size), sound));
    }
    at += std::size_t{size} + size % 2;  // chunks begin at even places
  }
  return cut_off("head: it has no samples");
}

}  // namespace glowplug::handler::audio
