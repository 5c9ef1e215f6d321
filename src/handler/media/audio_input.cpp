#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "handler/audio/sound.h"
#include "handler/input_kinds.h"
#include "handler/media/media_inputs.h"

namespace glowplug::handler::media {
namespace {

struct AudioSpec {
  std::size_t tensor = 0;
  int sample_rate_hz = 0;
  bool mono = true;
  std::size_t chunk = 0;    ///< frames of a run; 0: the whole sound is one
  std::size_t context = 0;  ///< of the chunk before, in front of each
  double longest_seconds = 0;
  std::vector<std::pair<std::size_t, std::size_t>> carried;  ///< output to input
  std::vector<std::optional<Tensor>> others;  ///< constants, and the state that the first run gets
};

template <class Number>
Tensor scalar(Datatype datatype, const Shape& shape, Number value) {
  Tensor tensor{datatype, Shape(shape.size(), 1), {}};
  const auto bytes = std::as_bytes(std::span(&value, 1));
  tensor.bytes.assign(bytes.begin(), bytes.end());
  return tensor;
}

/// A sound, in chunks for a model that hears them one after the other.
class AudioInput final : public Input {
 public:
  explicit AudioInput(AudioSpec spec) : spec_(std::move(spec)) {}

  [[nodiscard]] ItemKind kind() const override { return {"audio", false}; }
  [[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>> carried() const override {
    return spec_.carried;
  }

  [[nodiscard]] Result<Row> read(const Item& item, Trace* trace) const override {
    const Time begun = Clock::now();
    const auto bytes = std::as_bytes(std::span(item.bytes));
    GLOWPLUG_ASSIGN(audio::Sound sound, audio::decode(bytes));
    if (trace != nullptr) trace->add(stage(sound, Clock::now() - begun));
    GLOWPLUG_TRY(check(sound));
    if (spec_.mono) sound = audio::to_mono(std::move(sound));
    if (sound.channels != 1)
      return invalid_argument(
          fmt::format("the sound has {} channels; the model takes one", sound.channels));
    if (sound.samples.empty()) return invalid_argument("the sound is empty");
    return chunks_of(sound.samples);
  }

 private:
  [[nodiscard]] static Stage stage(const audio::Sound& sound, Duration took) {
    return {"decode", took, fmt::format("{} frames, {} channels", sound.frames(), sound.channels),
            fmt::format("{} Hz, {:.2f} s", sound.sample_rate_hz,
                        static_cast<double>(sound.frames()) / sound.sample_rate_hz)};
  }

  [[nodiscard]] Result<void> check(const audio::Sound& sound) const {
    if (sound.sample_rate_hz != spec_.sample_rate_hz)
      return invalid_argument(fmt::format("the sound has {} samples a second; the model takes {}",
                                          sound.sample_rate_hz, spec_.sample_rate_hz));
    const double seconds = static_cast<double>(sound.frames()) / sound.sample_rate_hz;
    if (seconds > spec_.longest_seconds)
      return Error{Code::too_large,
                   fmt::format("the sound lasts {:.1f} s; the limit (max_seconds) is {} s", seconds,
                               spec_.longest_seconds),
                   {}};
    return {};
  }

  /// Each chunk behind the end of the one before; silence before the first and behind the last.
  [[nodiscard]] Row chunks_of(const std::vector<float>& samples) const {
    const std::size_t chunk = spec_.chunk > 0 ? spec_.chunk : samples.size();
    Row row;
    for (std::size_t at = 0; at < samples.size(); at += chunk) {
      auto& inputs = row.runs.emplace_back(spec_.others);
      const std::size_t width = spec_.context + chunk;
      std::vector<float> values(width, 0.0F);
      const std::size_t before = std::min(at, spec_.context);
      const std::size_t count = before + std::min(chunk, samples.size() - at);
      std::copy_n(samples.begin() + static_cast<std::ptrdiff_t>(at - before), count,
                  values.begin() + static_cast<std::ptrdiff_t>(spec_.context - before));
      Tensor tensor{Datatype::fp32, {1, static_cast<std::int64_t>(width)}, {}};
      const auto bytes = std::as_bytes(std::span(values));
      tensor.bytes.assign(bytes.begin(), bytes.end());
      inputs[spec_.tensor] = std::move(tensor);
    }
    return row;
  }

  AudioSpec spec_;
};

/// Zeros with one row.
Tensor first_state(const TensorSpec& input) {
  Tensor state{input.datatype, input.shape, {}};
  for (std::int64_t& dimension : state.shape) dimension = std::max<std::int64_t>(dimension, 1);
  std::size_t count = element_size(input.datatype);
  for (const std::int64_t dimension : state.shape) count *= static_cast<std::size_t>(dimension);
  state.bytes.resize(count);
  return state;
}

Result<void> read_state(const Json& spec, const Signature& signature, AudioSpec& parsed) {
  if (!spec.contains("state")) return {};
  const SpecReader reader(spec, "input");
  if (!spec["state"].is_object()) return reader.wrong("state", "an object {input: output}");
  for (const auto& [input, output] : spec["state"].items()) {
    const auto to = signature.input_named(input);
    const auto from = output.is_string()
                          ? signature.output_named(output.get_ref<const std::string&>())
                          : std::nullopt;
    if (!to || !from)
      return reader.wrong(
          "state", "an object {input: output} of the model's names: " + signature.describe());
    parsed.carried.emplace_back(*from, *to);
    parsed.others[*to] = first_state(signature.inputs[*to]);
  }
  return {};
}

Result<Tensor> constant_of(const TensorSpec& input, const Json& value) {
  if (value.is_number()) {
    switch (input.datatype) {
      case Datatype::int64:
        return scalar(input.datatype, input.shape, value.get<std::int64_t>());
      case Datatype::int32:
        return scalar(input.datatype, input.shape, value.get<std::int32_t>());
      case Datatype::fp32:
        return scalar(input.datatype, input.shape, value.get<float>());
      default:
        break;
    }
  }
  return invalid_argument(fmt::format(
      "input.constants.{} must be a number for an input of INT64, INT32 or FP32; \"{}\" is {}",
      input.name, input.name, name_of(input.datatype)));
}

Result<void> read_constants(const Json& spec, const Signature& signature, AudioSpec& parsed) {
  if (!spec.contains("constants")) return {};
  if (!spec["constants"].is_object())
    return SpecReader(spec, "input").wrong("constants", "an object {input: number}");
  for (const auto& [name, value] : spec["constants"].items()) {
    const auto index = signature.input_named(name);
    if (!index)
      return invalid_argument(fmt::format("input.constants has \"{}\"; the model takes {}", name,
                                          signature.describe()));
    GLOWPLUG_ASSIGN(parsed.others[*index], constant_of(signature.inputs[*index], value));
  }
  return {};
}

Result<std::size_t> tensor_of(const SpecReader& reader, const Signature& signature,
                              const AudioSpec& parsed) {
  if (reader.has("tensor")) return input_index(reader, signature);
  std::optional<std::size_t> open;
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    if (parsed.others[i] || signature.inputs[i].optional) continue;
    if (open)
      return invalid_argument("input.tensor must name the input that takes the sound: " +
                              signature.describe());
    open = i;
  }
  if (open) return *open;
  return invalid_argument("no input of the model is left for the sound");
}

}  // namespace

Result<std::unique_ptr<Input>> make_audio_input(const Json& spec, const Signature& signature) {
  const SpecReader reader(spec, "input");
  GLOWPLUG_TRY(reader.only({"type", "tensor", "sample_rate", "channels", "chunk", "context",
                            "state", "constants", "max_seconds"}));
  constexpr std::int64_t kHighestRate = 768'000;
  constexpr std::int64_t kLongestChunk = 1 << 24;
  AudioSpec parsed;
  parsed.others.resize(signature.inputs.size());
  GLOWPLUG_TRY(read_state(spec, signature, parsed));
  GLOWPLUG_TRY(read_constants(spec, signature, parsed));
  GLOWPLUG_ASSIGN(parsed.tensor, tensor_of(reader, signature, parsed));
  if (!reader.has("sample_rate"))
    return invalid_argument("input.sample_rate, in samples a second, is missing");
  GLOWPLUG_ASSIGN(const std::int64_t rate, reader.integer("sample_rate", 0, 1, kHighestRate));
  GLOWPLUG_ASSIGN(const std::string channels, reader.choice("channels", "mix", {"mix", "one"}));
  GLOWPLUG_ASSIGN(const std::int64_t chunk, reader.integer("chunk", 0, 0, kLongestChunk));
  GLOWPLUG_ASSIGN(const std::int64_t context, reader.integer("context", 0, 0, kLongestChunk));
  GLOWPLUG_ASSIGN(parsed.longest_seconds, reader.number("max_seconds", 600));
  parsed.sample_rate_hz = static_cast<int>(rate);
  parsed.mono = channels == "mix";
  parsed.chunk = static_cast<std::size_t>(chunk);
  parsed.context = static_cast<std::size_t>(context);
  const TensorSpec& input = signature.inputs[parsed.tensor];
  const std::int64_t width = chunk > 0 ? context + chunk : 1;
  GLOWPLUG_TRY(check_against(input, Datatype::fp32, Shape{1, width}));
  for (std::size_t i = 0; i < signature.inputs.size(); ++i) {
    if (i == parsed.tensor || parsed.others[i] || signature.inputs[i].optional) continue;
    return invalid_argument(fmt::format(
        "nothing fills the model's input \"{}\": name it in input.state or input.constants",
        signature.inputs[i].name));
  }
  return std::unique_ptr<Input>(std::make_unique<AudioInput>(std::move(parsed)));
}

}  // namespace glowplug::handler::media
