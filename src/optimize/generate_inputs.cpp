#include "optimize/generate_inputs.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "optimize/numbers.h"

namespace glowplug::optimize {
namespace {

constexpr std::size_t kMostElements = std::size_t{1} << 26;
constexpr std::array<std::string_view, 8> kWords = {"red",  "green", "a",    "the quick brown fox",
                                                    "3.50", "yes",   "2024", "London"};
constexpr std::array<std::string_view, 8> kWideWords = {
    "Zürich", "naïve café", "42", "-7.5", "東京", "?!", "  padded  ", "don't"};

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers with every compiler and library.
class Generator {
 public:
  explicit Generator(std::uint64_t seed) : state_(seed) {}
  /// In [0, limit); limit is a small number, so that its bias does not matter.
  std::uint64_t below(std::uint64_t limit) {
    state_ += 0x9e3779b97f4a7c15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return (z ^ (z >> 31)) % limit;
  }

 private:
  std::uint64_t state_;
};

double number(Datatype datatype, Values values, Generator& generator) {
  if (values == Values::zero) return 0;
  const bool wide = values == Values::wide;
  if (datatype == Datatype::bool_) return static_cast<double>(generator.below(2));
  if (!is_floating(datatype)) return static_cast<double>(generator.below(wide ? 10 : 2));
  if (wide) return (static_cast<double>(generator.below(128)) - 64) / 8;
  return static_cast<double>(generator.below(16)) / 16;
}

std::string_view word(Values values, Generator& generator) {
  if (values == Values::zero) return {};
  return values == Values::wide ? kWideWords.at(generator.below(kWideWords.size()))
                                : kWords.at(generator.below(kWords.size()));
}

Tensor generate(Datatype datatype, Shape shape, std::size_t count, Values values,
                Generator& generator) {
  Tensor tensor{datatype, std::move(shape), {}};
  tensor.bytes.reserve(count * element_size(datatype));
  for (std::size_t i = 0; i < count; ++i) {
    if (datatype == Datatype::bytes)
      append_bytes_element(tensor.bytes, word(values, generator));
    else
      append_number(tensor.bytes, datatype, number(datatype, values, generator));
  }
  return tensor;
}

std::string_view dimension_name(const DimensionNames& names, const std::string& input,
                                std::size_t dimension) {
  const auto found = names.find(input);
  if (found == names.end() || dimension >= found->second.size()) return {};
  return found->second[dimension];
}

/// Names of what counts rows: those of the first dimensions.
std::set<std::string_view> row_names(const Signature& signature, const DimensionNames& names) {
  std::set<std::string_view> rows;
  for (const TensorSpec& input : signature.inputs) {
    const std::string_view name = dimension_name(names, input.name, 0);
    if (!input.shape.empty() && input.shape[0] == -1 && !name.empty()) rows.insert(name);
  }
  return rows;
}

Shape concrete_shape(const TensorSpec& input, const DimensionNames& names,
                     const std::set<std::string_view>& rows, const FreeDimensions& free) {
  Shape shape = input.shape;
  const auto first_open = static_cast<std::size_t>(std::ranges::find(shape, -1) - shape.begin());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != -1) continue;
    const bool first = i == first_open;
    const bool counts_rows =
        i == 0 || (first && free.inner_rows) || rows.contains(dimension_name(names, input.name, i));
    shape[i] = counts_rows ? free.rows : free.other;
  }
  return shape;
}

}  // namespace

DimensionNames dimension_names(const onnx::Model& model) {
  DimensionNames names;
  for (const onnx::ValueInfo& input : model.graph.inputs) {
    if (!input.has_shape) continue;
    auto& of_input = names[std::string(input.name)];
    for (const onnx::Dimension& dimension : input.shape) of_input.emplace_back(dimension.symbol);
  }
  return names;
}

Result<Inputs> generate_inputs(const Signature& signature, const DimensionNames& names,
                               Values values, const FreeDimensions& free, std::uint64_t seed) {
  const std::set<std::string_view> rows = row_names(signature, names);
  Generator generator(seed);
  Inputs inputs;
  for (const TensorSpec& input : signature.inputs) {
    if (input.optional && values != Values::wide) {
      inputs.emplace_back(std::nullopt);
      continue;
    }
    Shape shape = concrete_shape(input, names, rows, free);
    GLOWPLUG_ASSIGN(const std::size_t count, element_count(shape));
    if (count > kMostElements)
      return Error{Code::invalid_argument,
                   fmt::format("input \"{}\" of shape {} has more than 2^26 elements", input.name,
                               to_string(shape)),
                   {}};
    inputs.emplace_back(generate(input.datatype, std::move(shape), count, values, generator));
  }
  return inputs;
}

}  // namespace glowplug::optimize
