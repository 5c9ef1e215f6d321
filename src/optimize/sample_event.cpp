#include "optimize/sample_event.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>

namespace glowplug::optimize {
namespace {

void append_number(std::string& to, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) to += static_cast<char>((value >> (8 * i)) & 0xff);
}

/// A BMP of 24 bits: every program reads it, and it needs no encoder.
std::string picture() {
  constexpr std::uint32_t kWidth = 96;
  constexpr std::uint32_t kHeight = 64;
  constexpr std::uint32_t kHeads = 54;
  std::string bmp = "BM";
  append_number(bmp, kHeads + kWidth * kHeight * 3, 4);
  append_number(bmp, 0, 4);
  append_number(bmp, kHeads, 4);
  append_number(bmp, 40, 4);
  append_number(bmp, kWidth, 4);
  append_number(bmp, kHeight, 4);
  append_number(bmp, 1, 2);
  append_number(bmp, 24, 2);
  for (int i = 0; i < 6; ++i) append_number(bmp, 0, 4);
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    for (std::uint32_t x = 0; x < kWidth; ++x) {
      append_number(bmp, x * 255 / kWidth, 1);
      append_number(bmp, y * 255 / kHeight, 1);
      append_number(bmp, (x + y) * 255 / (kWidth + kHeight), 1);
    }
  }
  return bmp;
}

/// A WAV of a quarter of a second, 440 Hz, 16 bits.
std::string tone(std::uint32_t rate) {
  const std::uint32_t frames = rate / 4;
  std::string wav = "RIFF";
  append_number(wav, 36 + frames * 2, 4);
  wav += "WAVEfmt ";
  append_number(wav, 16, 4);
  append_number(wav, 1, 2);
  append_number(wav, 1, 2);
  append_number(wav, rate, 4);
  append_number(wav, rate * 2, 4);
  append_number(wav, 2, 2);
  append_number(wav, 16, 2);
  wav += "data";
  append_number(wav, frames * 2, 4);
  constexpr double kHz = 440;
  constexpr double kLoud = 8000;
  for (std::uint32_t i = 0; i < frames; ++i) {
    const double phase = 2 * std::numbers::pi * kHz * i / rate;
    append_number(wav, static_cast<std::uint32_t>(std::lround(kLoud * std::sin(phase))), 2);
  }
  return wav;
}

}  // namespace

std::optional<bundle::EventSample> make_sample_event(const Json& handler) {
  if (!handler.is_object() || !handler.contains("input")) return std::nullopt;
  const Json& input = handler["input"];
  const std::string type = input.value("type", "");
  if (type == "image") return bundle::EventSample{"image/bmp", picture()};
  if (type == "bytes") return bundle::EventSample{"application/octet-stream", "GIF89a and more"};
  if (type == "audio")
    return bundle::EventSample{"audio/wav", tone(input.value("sample_rate", 16'000U))};
  if (type != "text") return std::nullopt;
  if (!input.value("pair", false))
    return bundle::EventSample{"text/plain", "The quick brown fox jumps over the lazy dog."};
  return bundle::EventSample{"application/json",
                             R"({"text": "Who jumps?", "text_pair": "The fox jumps."})"};
}

}  // namespace glowplug::optimize
