#include "handler/audio/sound.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/file.h"

namespace glowplug::handler::audio {
namespace {

constexpr std::size_t kFormatAt = 20;  // of the coding, in a plain WAV file

std::vector<std::byte> file(const std::string& name) {
  const auto text = read_file(std::string(GLOWPLUG_TEST_SOUNDS) + "/" + name);
  EXPECT_TRUE(text) << text.error().message;
  const auto bytes = std::as_bytes(std::span(*text));
  return {bytes.begin(), bytes.end()};
}

/// The tones that tests/sounds/make_sounds.py wrote.
float expected(std::size_t frame, std::size_t channel) {
  const double hz = channel == 0 ? 440 : 660;
  const double loud = channel == 0 ? 0.5 : 0.25;
  return static_cast<float>(
      loud * std::sin(2 * std::numbers::pi * hz * static_cast<double>(frame) / 16000));
}

void expect_tones(const Sound& sound, double tolerance) {
  for (std::size_t frame = 0; frame < sound.frames(); ++frame) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(sound.channels); ++i)
      ASSERT_NEAR(sound.samples[frame * static_cast<std::size_t>(sound.channels) + i],
                  expected(frame, i), tolerance)
          << "frame " << frame << ", channel " << i;
  }
}

TEST(Sound, ReadsEveryWidthOfWav) {
  for (const auto& [name, tolerance] : {std::pair{"pcm_u8.wav", 1.0 / 100},
                                        {"pcm_16.wav", 1.0 / 30000},
                                        {"pcm_24.wav", 1e-6},
                                        {"pcm_32.wav", 1e-6},
                                        {"float.wav", 1e-6},
                                        {"double.wav", 1e-6},
                                        {"extensible.wav", 1.0 / 30000}}) {
    const auto sound = decode(file(name));
    ASSERT_TRUE(sound) << name << ": " << sound.error().message;
    EXPECT_EQ(sound->frames(), 400U) << name;
    EXPECT_EQ(sound->channels, 2) << name;
    expect_tones(*sound, tolerance);
  }
  EXPECT_EQ(decode(file("extensible.wav"))->sample_rate_hz, 48000);
}

TEST(Sound, ReadsFlac) {
  const auto stereo = decode(file("stereo.flac"));
  ASSERT_TRUE(stereo) << stereo.error().message;
  EXPECT_EQ(stereo->frames(), 1600U);
  EXPECT_EQ(stereo->channels, 2);
  EXPECT_EQ(stereo->sample_rate_hz, 16000);
  expect_tones(*stereo, 1.0 / 30000);
  const auto mono = decode(file("mono24.flac"));
  ASSERT_TRUE(mono) << mono.error().message;
  expect_tones(*mono, 1e-6);
}

TEST(Sound, BecomesMonoByTheMean) {
  const Sound mono = to_mono({8000, 2, {1, 0, -1, 0.5}});
  EXPECT_EQ(mono.channels, 1);
  EXPECT_EQ(mono.samples, (std::vector<float>{0.5, -0.25}));
}

TEST(Sound, NamesACodingThatItDoesNotRead) {
  const auto sound = decode(file("alaw.wav"));
  ASSERT_FALSE(sound);
  EXPECT_EQ(sound.error().code, Code::unimplemented);
  EXPECT_NE(sound.error().message.find("A-law"), std::string::npos) << sound.error().message;
}

TEST(Sound, RefusesWhatIsCutOffAnywhere) {
  for (const char* const name : {"pcm_16.wav", "mono24.flac"}) {
    const auto whole = file(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto sound = decode(std::span(whole).first(size));
      ASSERT_FALSE(sound) << name << " of " << size << " bytes";
      ASSERT_EQ(sound.error().code, Code::invalid_argument);
    }
  }
}

TEST(Sound, RefusesAChangedByteOfFlac) {
  auto changed = file("mono24.flac");
  changed[changed.size() / 2] ^= std::byte{0x40};
  const auto sound = decode(changed);
  ASSERT_FALSE(sound);
  EXPECT_NE(sound.error().message.find("corrupt"), std::string::npos) << sound.error().message;
}

TEST(Sound, RefusesWhatContradictsItself) {
  auto changed = file("pcm_16.wav");
  changed[kFormatAt + 2] = std::byte{3};  // channels
  EXPECT_EQ(decode(changed).error().code, Code::invalid_argument);
  EXPECT_EQ(decode(file("../models/iris.onnx")).error().message,
            "this is no sound that is known here; WAV and FLAC are");
}

TEST(Sound, RefusesMoreThanItsLimitBeforeTakingMemory) {
  for (const char* const name : {"pcm_16.wav", "stereo.flac"})
    EXPECT_EQ(decode(file(name), {.max_samples = 100}).error().code, Code::too_large) << name;
}

}  // namespace
}  // namespace glowplug::handler::audio
