#include "front/batch_size.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace glowplug::front {
namespace {

/// Of a batch beside its run: ring, doorbells, a switch to the instance and back.
constexpr double kBatchNs = 20'000;
constexpr double kNewShare = 0.25;  // of the moving average
constexpr double kRareShare = 0.5;
constexpr int kEnoughSamples = 3;
constexpr double kAsGood = 1.03;
constexpr std::uint64_t kSmallerEvery = 32;  // batches
constexpr std::uint64_t kLargerEvery = 256;

std::size_t level_of(std::int64_t rows) {
  return static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(rows) - 1));
}

}  // namespace

BatchSize::BatchSize(std::int64_t most)
    : most_(std::max<std::int64_t>(1, most)),
      top_(std::min(level_of(most_), kLevels - 1)),
      level_(top_) {}

std::int64_t BatchSize::best() const { return level_ == top_ ? most_ : std::int64_t{1} << level_; }

std::int64_t BatchSize::next() {
  ++batches_;
  if (level_ < top_ && batches_ % kLargerEvery == 0)
    return std::min(most_, std::int64_t{2} << level_);
  if (level_ > 0 && batches_ % kSmallerEvery == 0) return std::int64_t{1} << (level_ - 1);
  return best();
}

bool BatchSize::is_known(std::size_t level) const {
  return costs_[level].samples >= kEnoughSamples;
}

void BatchSize::ran(std::int64_t rows, nanoseconds run) {
  if (rows < 1) return;
  const std::size_t level = std::min(level_of(rows), kLevels - 1);
  Cost& cost = costs_[level];
  const double ns = (static_cast<double>(run.count()) + kBatchNs) / static_cast<double>(rows);
  // The first runs of an instance are slower than the rest, and of another level than the best one
  // there are few: both are forgotten sooner.
  const bool is_rare = cost.samples < kEnoughSamples || level != level_;
  const double share = is_rare ? kRareShare : kNewShare;
  cost.ns_per_row = cost.samples == 0 ? ns : (1 - share) * cost.ns_per_row + share * ns;
  ++cost.samples;
  choose();
}

/// The largest level that is known stands for those above it: waiting rows have never filled them.
void BatchSize::choose() {
  std::size_t largest = 0;
  double cheapest = std::numeric_limits<double>::infinity();
  for (std::size_t level = 0; level <= top_; ++level) {
    if (!is_known(level)) continue;
    largest = level;
    cheapest = std::min(cheapest, costs_[level].ns_per_row);
  }
  for (std::size_t level = 0; level < largest; ++level) {
    if (!is_known(level) || costs_[level].ns_per_row > kAsGood * cheapest) continue;
    level_ = level;
    return;
  }
  level_ = std::max(level_, largest);
}

}  // namespace glowplug::front
