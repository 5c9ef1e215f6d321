#include "engine/onnxruntime/placement_plan.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace glowplug::engine::ort {
namespace {

struct Placed {
  std::size_t start = 0;
  std::size_t end = 0;
};

bool live_at_once(const std::vector<RecordedBlock>& blocks, std::size_t a, std::size_t b) {
  if (a > b) std::swap(a, b);
  return blocks[a].ends > b;
}

/// `taken`: by their starts.
std::size_t lowest_place(const std::vector<Placed>& taken, std::size_t size) {
  std::size_t at = 0;
  for (const Placed& other : taken) {
    if (other.start >= at + size) break;
    at = std::max(at, other.end);
  }
  return at;
}

}  // namespace

PlacementPlan plan_placement(const std::vector<RecordedBlock>& blocks) {
  std::vector<std::size_t> order(blocks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&blocks](std::size_t a, std::size_t b) {
    return blocks[a].size > blocks[b].size;
  });
  PlacementPlan plan;
  plan.places.resize(blocks.size());
  std::vector<Placed> taken;
  for (std::size_t done = 0; done < order.size(); ++done) {
    const std::size_t block = order[done];
    taken.clear();
    for (std::size_t i = 0; i < done; ++i) {
      const std::size_t other = order[i];
      if (live_at_once(blocks, block, other))
        taken.push_back({plan.places[other], plan.places[other] + blocks[other].size});
    }
    std::sort(taken.begin(), taken.end(),
              [](const Placed& a, const Placed& b) { return a.start < b.start; });
    plan.places[block] = lowest_place(taken, blocks[block].size);
    plan.end = std::max(plan.end, plan.places[block] + blocks[block].size);
  }
  return plan;
}

std::size_t RunRecorder::allocated(std::size_t size) {
  const std::size_t number = run_.size();
  ++open_;
  if (runs_ >= kMostRuns) return number;
  in_use_ += size;
  peak_ = std::max(peak_, in_use_);
  run_.push_back({size, SIZE_MAX});
  if (run_.size() > kMostBlocks) stop();
  return number;
}

void RunRecorder::released(std::size_t number) {
  --open_;
  if (number < run_.size()) {
    run_[number].ends = run_.size();
    in_use_ -= run_[number].size;
  }
  if (open_ == 0) end_run();
}

void RunRecorder::end_run() {
  if (runs_ >= kMostRuns) return;
  ++runs_;
  if (peak_ > largest_peak_) {
    std::swap(largest_, run_);
    largest_peak_ = peak_;
  }
  run_.clear();
  in_use_ = peak_ = 0;
}

void RunRecorder::stop() {
  runs_ = kMostRuns;
  run_ = {};
}

}  // namespace glowplug::engine::ort
