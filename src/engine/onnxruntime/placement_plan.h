#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace glowplug::engine::ort {

/// One block of a run, in the order in which they were asked for. It lives from its own turn until
/// the turn of the first block that was asked for after its release.
struct RecordedBlock {
  std::size_t size = 0;  ///< bytes, a multiple of 64, at least 64
  std::size_t ends =
      SIZE_MAX;  ///< index of the first block that may have its place; SIZE_MAX: none
};

/// Where each block of a run lies.
struct PlacementPlan {
  std::vector<std::size_t> places;  ///< offset of each block from the lowest
  std::size_t end = 0;              ///< behind the last byte in use
};

/// Places blocks whose lives are known, the largest first, each as low as it fits between those
/// that live at the same time ("greedy by size" of Pisarchyk and Lee, Efficient Memory Management
/// for Deep Neural Net Inference, 2020). First fit in the order of the run leaves holes that the
/// largest do not fit into. Time: square of the number of blocks. Pure.
[[nodiscard]] PlacementPlan plan_placement(const std::vector<RecordedBlock>& blocks);

/// Watches the runs of a heap; a run is what happens between two moments without blocks. Keeps the
/// one that had the most bytes in use at once, out of the first kMostRuns of at most kMostBlocks.
class RunRecorder {
 public:
  static constexpr std::size_t kMostBlocks = 2048;
  static constexpr int kMostRuns = 16;

  /// Returns the block's number in its run, for `released`.
  std::size_t allocated(std::size_t size);
  void released(std::size_t number);
  /// Blocks of the run to plan for; empty: there was none.
  [[nodiscard]] const std::vector<RecordedBlock>& largest() const { return largest_; }
  /// Watches no more.
  void stop();

 private:
  void end_run();

  std::vector<RecordedBlock> run_;
  std::size_t open_ = 0;    // blocks of run_
  std::size_t in_use_ = 0;  // bytes
  std::size_t peak_ = 0;    // of run_
  std::vector<RecordedBlock> largest_;
  std::size_t largest_peak_ = 0;
  int runs_ = 0;
};

}  // namespace glowplug::engine::ort
