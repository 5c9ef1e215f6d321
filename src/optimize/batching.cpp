#include "optimize/batching.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "optimize/compare.h"
#include "optimize/samples.h"

namespace glowplug::optimize {
namespace {

constexpr std::array kRowKinds = {Values::unit, Values::wide, Values::unit,
                                  Values::zero, Values::unit, Values::wide};
constexpr std::size_t kLargeRow = std::size_t{64} << 10;
constexpr std::size_t kLargeRows = 3;  // enough to move each row to another place

/// A row that the model answers alone.
struct Row {
  Inputs inputs;
  std::vector<Tensor> answers;
};

BatchingFinding never(std::string reason) { return {.reason = std::move(reason)}; }

/// Why the signature rules batching out; empty if it does not.
std::string ruled_out(const Signature& signature) {
  const auto fixed = [](const TensorSpec& spec) {
    return spec.shape.empty() || spec.shape[0] != -1;
  };
  for (const TensorSpec& input : signature.inputs) {
    if (fixed(input))
      return fmt::format("input \"{}\" has no open first dimension: {}", input.name,
                         to_string(input.shape));
  }
  for (const TensorSpec& output : signature.outputs) {
    if (fixed(output))
      return fmt::format("output \"{}\" has no open first dimension: {}", output.name,
                         to_string(output.shape));
  }
  return signature.inputs.empty() ? "the model takes no input" : "";
}

class Probe {
 public:
  Probe(Runner& runner, const DimensionNames& names, const FreeDimensions& free, std::uint64_t seed)
      : runner_(runner), names_(names), free_{1, free.other}, seed_(seed) {}

  Result<BatchingFinding> find(const BatchLimits& limits) {
    GLOWPLUG_TRY(collect_rows());
    if (rows_.size() < 2) return never("fewer than two generated rows could be run");
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    GLOWPLUG_ASSIGN(std::string dissent, run_in(order));
    if (dissent.empty()) {
      std::ranges::reverse(order);
      GLOWPLUG_ASSIGN(dissent, run_in(order));
    }
    if (!dissent.empty()) return never(std::move(dissent));
    return together(limits);
  }

 private:
  /// Optional inputs are left out: a request that gives one runs with others that give it too, and
  /// then it has a row for each of theirs.
  Result<void> collect_rows() {
    for (const Values values : kRowKinds) {
      GLOWPLUG_ASSIGN(Inputs inputs,
                      generate_inputs(runner_.signature(), names_, values, free_, seed_++));
      drop_optional(inputs);
      auto answers = runner_.run(inputs);
      if (!answers && !refuses_inputs(answers.error())) return std::move(answers).error();
      if (answers) rows_.push_back({std::move(inputs), *std::move(answers)});
      if (!rows_.empty() && row_bytes() > kLargeRow && rows_.size() == kLargeRows) break;
    }
    return {};
  }

  void drop_optional(Inputs& inputs) const {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (runner_.signature().inputs[i].optional) inputs[i].reset();
    }
  }

  /// Runs the rows together in this order; why their answers are not those they gave alone, or
  /// empty.
  Result<std::string> run_in(const std::vector<std::size_t>& order) {
    std::vector<Inputs> parts;
    for (const std::size_t row : order) parts.push_back(rows_[row].inputs);
    const auto answers = runner_.run(concatenate(parts));
    if (!answers) {
      if (!refuses_inputs(answers.error())) return answers.error();
      return "the model refuses several rows: " + answers.error().message;
    }
    for (std::size_t place = 0; place < order.size(); ++place) {
      std::string dissent = compare_row(rows_[order[place]], *answers, place, order.size());
      if (!dissent.empty()) return dissent;
    }
    return std::string();
  }

  std::string compare_row(const Row& row, const std::vector<Tensor>& together, std::size_t place,
                          std::size_t count) {
    const auto& outputs = runner_.signature().outputs;
    std::vector<Tensor> answers;
    for (std::size_t i = 0; i < together.size(); ++i) {
      const Shape& shape = together[i].shape;
      if (shape.empty() || shape[0] != static_cast<std::int64_t>(count))
        return fmt::format("{} rows gave output \"{}\" the shape {}", count, outputs[i].name,
                           to_string(shape));
      auto answer = row_of(together[i], static_cast<std::int64_t>(place));
      GLOWPLUG_CHECK(answer.has_value());
      answers.push_back(*std::move(answer));
    }
    const auto found = differences(outputs, row.answers, answers);
    merge(differences_, found);
    if (agree(outputs, found)) return {};
    return fmt::format("a row's answer depends on the rows beside it (difference {:.2g})",
                       largest_relative(found));
  }

  [[nodiscard]] std::size_t row_bytes() const {
    std::size_t size = 0;
    for (const auto& input : rows_[0].inputs) size += input ? input->bytes.size() : 0;
    for (const Tensor& answer : rows_[0].answers) size += answer.bytes.size();
    return size;
  }

  [[nodiscard]] BatchingFinding together(const BatchLimits& limits) const {
    const auto by_size =
        limits.most_bytes / static_cast<std::int64_t>(std::max<std::size_t>(row_bytes(), 1));
    BatchingFinding finding;
    finding.max_batch = std::clamp<std::int64_t>(by_size, 1, limits.most_rows);
    finding.exact = std::ranges::all_of(
        differences_, [](const OutputDifference& one) { return one.unequal == 0; });
    finding.largest_difference = largest_relative(differences_);
    finding.reason =
        fmt::format("{} rows gave {} answers alone, together and in reverse order", rows_.size(),
                    finding.exact ? "equal" : "equal (to float rounding)");
    return finding;
  }

  Runner& runner_;
  const DimensionNames& names_;
  const FreeDimensions free_;
  std::uint64_t seed_;
  std::vector<Row> rows_;
  std::vector<OutputDifference> differences_;
};

}  // namespace

Result<BatchingFinding> probe_batching(Runner& runner, const DimensionNames& names,
                                       const FreeDimensions& free, std::uint64_t seed,
                                       const BatchLimits& limits) {
  std::string reason = ruled_out(runner.signature());
  if (!reason.empty()) return never(std::move(reason));
  return Probe(runner, names, free, seed).find(limits);
}

}  // namespace glowplug::optimize
