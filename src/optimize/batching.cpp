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
constexpr std::size_t kLargeRows = 3;  // enough to give each row another neighbor
constexpr double kSlackAlone = 200;

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
      : runner_(runner), names_(names), free_(free), seed_(seed) {}

  Result<BatchingFinding> find(const BatchLimits& limits) {
    GLOWPLUG_TRY(collect_rows());
    if (rows_.size() < 2) return never("fewer than two generated rows could be run");
    for (const auto test :
         {&Probe::compare_with_alone, &Probe::compare_orders, &Probe::compare_neighbors}) {
      GLOWPLUG_ASSIGN(std::string dissent, (this->*test)());
      if (!dissent.empty()) return never(std::move(dissent));
    }
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

  /// Each test gives the reason why rows may not share a run, or nothing.
  Result<std::string> compare_with_alone() {
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    GLOWPLUG_ASSIGN(auto answers, run_together(order));
    if (!answers.refusal.empty()) return std::move(answers.refusal);
    together_ = std::move(answers.of_row);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const auto found = differences(outputs(), rows_[i].answers, together_[i]);
      merge(differences_, found);
      if (!agree(outputs(), found, kSlackAlone))
        return fmt::format("several rows are answered otherwise than one alone (difference {:.2g})",
                           largest_relative(found));
    }
    return std::string();
  }

  Result<std::string> compare_orders() {
    std::vector<std::size_t> order(rows_.size());
    std::iota(order.rbegin(), order.rend(), std::size_t{0});
    GLOWPLUG_ASSIGN(const auto reversed, run_together(order));
    if (!reversed.refusal.empty()) return reversed.refusal;
    for (std::size_t place = 0; place < order.size(); ++place) {
      const auto found = differences(outputs(), together_[order[place]], reversed.of_row[place]);
      if (!agree(outputs(), found))
        return fmt::format("a row's answer depends on its place (difference {:.2g})",
                           largest_relative(found));
    }
    return std::string();
  }

  /// Each row in a pair with the next one and with the one after that.
  Result<std::string> compare_neighbors() {
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      GLOWPLUG_ASSIGN(const auto one, run_together({i, (i + 1) % rows_.size()}));
      GLOWPLUG_ASSIGN(const auto other, run_together({i, (i + 2) % rows_.size()}));
      if (!one.refusal.empty()) return one.refusal;
      if (!other.refusal.empty()) return other.refusal;
      const auto found = differences(outputs(), one.of_row[0], other.of_row[0]);
      if (!agree(outputs(), found))
        return fmt::format("a row's answer depends on the row beside it (difference {:.2g})",
                           largest_relative(found));
    }
    return std::string();
  }

  /// What a run of several rows gave: the answers of each, or why there are none.
  struct Together {
    std::vector<std::vector<Tensor>> of_row;
    std::string refusal;
  };

  Result<Together> run_together(const std::vector<std::size_t>& order) {
    std::vector<Inputs> parts;
    parts.reserve(order.size());
    for (const std::size_t row : order) parts.push_back(rows_[row].inputs);
    const auto answers = runner_.run(concatenate(parts));
    if (!answers && !refuses_inputs(answers.error())) return answers.error();
    if (!answers) return Together{{}, "the model refuses several rows: " + answers.error().message};
    return take_rows(*answers, order.size());
  }

  [[nodiscard]] Together take_rows(const std::vector<Tensor>& answers, std::size_t count) const {
    Together together;
    together.of_row.resize(count);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      const Shape& shape = answers[i].shape;
      if (shape.empty() || shape[0] != static_cast<std::int64_t>(count))
        return {{},
                fmt::format("{} rows gave output \"{}\" the shape {}", count, outputs()[i].name,
                            to_string(shape))};
      for (std::size_t row = 0; row < count; ++row) {
        auto answer = row_of(answers[i], static_cast<std::int64_t>(row));
        GLOWPLUG_CHECK(answer.has_value());
        together.of_row[row].push_back(*std::move(answer));
      }
    }
    return together;
  }

  [[nodiscard]] const std::vector<TensorSpec>& outputs() const {
    return runner_.signature().outputs;
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
        fmt::format("{} rows gave {} answers alone and together, whatever lay beside them",
                    rows_.size(), finding.exact ? "the same" : "the same (to rounding)");
    return finding;
  }

  Runner& runner_;
  const DimensionNames& names_;
  const FreeDimensions free_;
  std::uint64_t seed_;
  std::vector<Row> rows_;
  std::vector<std::vector<Tensor>> together_;  // answers to rows_, all in one run
  std::vector<OutputDifference> differences_;  // of rows alone and together
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
