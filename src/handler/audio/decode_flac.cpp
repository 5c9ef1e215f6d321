#include <FLAC/stream_decoder.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>

#include "handler/audio/sound.h"

namespace glowplug::handler::audio {
namespace {

using Bytes = std::span<const std::byte>;

/// What libFLAC's callbacks work on.
struct Decoding {
  Bytes file;
  const SoundLimits& limits;
  std::size_t at = 0;
  Sound sound{};
  Result<void> outcome{};
};

Decoding& decoding(void* data) { return *static_cast<Decoding*>(data); }

FLAC__StreamDecoderReadStatus give_bytes(const FLAC__StreamDecoder* /*decoder*/, FLAC__byte* buffer,
                                         size_t* size, void* data) {
  Decoding& state = decoding(data);
  *size = std::min(*size, state.file.size() - state.at);
  if (*size == 0) return FLAC__STREAM_DECODER_READ_STATUS_END_OF_STREAM;
  std::memcpy(buffer, state.file.data() + state.at, *size);
  state.at += *size;
  return FLAC__STREAM_DECODER_READ_STATUS_CONTINUE;
}

void fail(Decoding& state, Error error) {
  if (state.outcome) state.outcome = std::move(error);
}

FLAC__StreamDecoderWriteStatus take_frame(const FLAC__StreamDecoder* /*decoder*/,
                                          const FLAC__Frame* frame,
                                          const FLAC__int32* const* channels, void* data) {
  Decoding& state = decoding(data);
  Sound& sound = state.sound;
  const unsigned count = frame->header.channels;
  if (sound.samples.empty()) {
    sound.channels = static_cast<int>(count);
    sound.sample_rate_hz = static_cast<int>(frame->header.sample_rate);
  }
  const std::uint64_t samples =
      sound.samples.size() + std::uint64_t{frame->header.blocksize} * count;
  if (auto fits = check_size(sound, samples, state.limits); !fits)
    fail(state, std::move(fits).error());
  if (static_cast<int>(count) != sound.channels)
    fail(state, invalid_argument("the FLAC file changes its number of channels"));
  if (!state.outcome) return FLAC__STREAM_DECODER_WRITE_STATUS_ABORT;
  const float scale = std::ldexp(1.0F, 1 - static_cast<int>(frame->header.bits_per_sample));
  for (unsigned i = 0; i < frame->header.blocksize; ++i) {
    for (unsigned channel = 0; channel < count; ++channel)
      sound.samples.push_back(static_cast<float>(channels[channel][i]) * scale);
  }
  return FLAC__STREAM_DECODER_WRITE_STATUS_CONTINUE;
}

void note_error(const FLAC__StreamDecoder* /*decoder*/, FLAC__StreamDecoderErrorStatus status,
                void* data) {
  fail(decoding(data), invalid_argument(fmt::format("the FLAC file is corrupt: {}",
                                                    FLAC__StreamDecoderErrorStatusString[status])));
}

struct DeleteDecoder {
  void operator()(FLAC__StreamDecoder* decoder) const { FLAC__stream_decoder_delete(decoder); }
};

}  // namespace

Result<Sound> decode_flac(Bytes file, const SoundLimits& limits) {
  Decoding state{file, limits};
  const std::unique_ptr<FLAC__StreamDecoder, DeleteDecoder> decoder(FLAC__stream_decoder_new());
  if (decoder == nullptr) return Error{Code::exhausted, "no memory for the FLAC decoder", {}};
  const auto ready =
      FLAC__stream_decoder_init_stream(decoder.get(), give_bytes, nullptr, nullptr, nullptr,
                                       nullptr, take_frame, nullptr, note_error, &state);
  if (ready != FLAC__STREAM_DECODER_INIT_STATUS_OK)
    return Error{Code::internal, "the FLAC decoder did not start", {}};
  const bool done = FLAC__stream_decoder_process_until_end_of_stream(decoder.get()) != 0;
  if (!state.outcome) return std::move(state.outcome).error();
  const std::uint64_t promised = FLAC__stream_decoder_get_total_samples(decoder.get());
  if (!done || state.sound.samples.empty())
    return invalid_argument("the FLAC file holds no whole frame");
  if (promised > state.sound.frames())
    return invalid_argument(fmt::format("the FLAC file is cut off: {} of {} frames are there",
                                        state.sound.frames(), promised));
  return std::move(state.sound);
}

}  // namespace glowplug::handler::audio
