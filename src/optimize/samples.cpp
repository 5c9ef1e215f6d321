#include "optimize/samples.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

namespace glowplug::optimize {
namespace {

constexpr std::size_t kLargeSampleRow = std::size_t{64} << 10;
constexpr std::size_t kHugeRow = std::size_t{1} << 20;
constexpr std::array kOpenSizes = {FreeDimensions{.other = 8},
                                   FreeDimensions{.other = 32},
                                   FreeDimensions{.other = 224},
                                   FreeDimensions{.other = 1},
                                   FreeDimensions{.inner_rows = true},
                                   FreeDimensions{.other = 32, .inner_rows = true},
                                   FreeDimensions{.other = 224, .inner_rows = true},
                                   FreeDimensions{.other = 512, .inner_rows = true}};

struct Kind {
  std::string_view name;
  Values values;
  std::int64_t rows;
};
constexpr Kind kFirst{"0-unit", Values::unit, 1};
constexpr std::array kMore = {Kind{"1-zero", Values::zero, 1}, Kind{"2-wide", Values::wide, 1},
                              Kind{"3-rows", Values::unit, 4}};

std::size_t size_of(const Inputs& inputs) {
  std::size_t size = 0;
  for (const auto& input : inputs) size += input ? input->bytes.size() : 0;
  return size;
}

bool has_open_dimension(const Signature& signature) {
  return std::ranges::any_of(signature.inputs, [](const TensorSpec& input) {
    return std::ranges::find(input.shape.begin() + (input.shape.empty() ? 0 : 1), input.shape.end(),
                             -1) != input.shape.end();
  });
}
bool has_rows(const Signature& signature) {
  return std::ranges::any_of(signature.inputs, [](const TensorSpec& input) {
    return !input.shape.empty() && input.shape[0] == -1;
  });
}

/// Makes samples for one model.
class Maker {
 public:
  Maker(Runner& runner, const DimensionNames& names, std::uint64_t seed)
      : runner_(runner), names_(names), seed_(seed) {}

  Result<SampleSet> make() {
    GLOWPLUG_TRY(find_open_size());
    if (set_.samples.empty()) return std::move(set_);
    const std::size_t row = size_of(set_.samples[0].inputs);
    for (const Kind& kind : kMore) {
      const bool too_large = row > kHugeRow || (row > kLargeSampleRow && kind.rows > 1);
      if (too_large || (kind.rows > 1 && !has_rows(runner_.signature()))) continue;
      GLOWPLUG_TRY(add(kind));
    }
    return std::move(set_);
  }

 private:
  /// Keeps the first sizes of open dimensions with which the model answers.
  Result<void> find_open_size() {
    const std::size_t tries = has_open_dimension(runner_.signature()) ? kOpenSizes.size() : 1;
    for (std::size_t i = 0; i < tries && set_.samples.empty(); ++i) {
      set_.free = kOpenSizes.at(i);
      set_.note.clear();
      GLOWPLUG_TRY(add(kFirst));
    }
    return {};
  }

  /// Adds the sample if the model answers it, else a line to the note.
  Result<void> add(const Kind& kind) {
    FreeDimensions free = set_.free;
    free.rows = kind.rows;
    auto inputs = generate_inputs(runner_.signature(), names_, kind.values, free, seed_++);
    if (!inputs) return note(kind, inputs.error());
    auto answers = runner_.run(*inputs);
    if (answers) {
      set_.samples.push_back({std::string(kind.name), *std::move(inputs), *std::move(answers)});
      return {};
    }
    if (!refuses_inputs(answers.error())) return std::move(answers).error();
    set_.rows_refused = set_.rows_refused || kind.rows > 1;
    return note(kind, answers.error());
  }

  Result<void> note(const Kind& kind, const Error& error) {
    if (!set_.note.empty()) set_.note += "; ";
    set_.note += fmt::format("{}: {}", kind.name, error.message);
    return {};
  }

  Runner& runner_;
  const DimensionNames& names_;
  std::uint64_t seed_;
  SampleSet set_;
};

}  // namespace

bool refuses_inputs(const Error& error) {
  return error.code == Code::invalid_argument || error.code == Code::unimplemented ||
         error.code == Code::internal || error.code == Code::too_large ||
         error.code == Code::exhausted;
}

Result<SampleSet> make_samples(Runner& runner, const DimensionNames& names, std::uint64_t seed) {
  return Maker(runner, names, seed).make();
}

bundle::Sample to_sample(const AnsweredSample& sample, const Signature& signature) {
  bundle::Sample made;
  for (std::size_t i = 0; i < sample.inputs.size(); ++i) {
    if (const auto& input = sample.inputs[i])
      made.inputs.push_back({signature.inputs[i].name, *input});
  }
  return made;
}

}  // namespace glowplug::optimize
