#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/onnxruntime/page_range.h"
#include "engine/onnxruntime/placement_plan.h"

namespace glowplug::engine::ort {

/// Blocks out of a PageRange, aligned to 64 bytes. The lowest free place that fits is taken and
/// neighbors join when they are free, so runs of one model find the same places again and touch no
/// new page. Free memory stays with the process until `renew`. The bookkeeping of blocks lies in
/// the range.
///
/// The first runs are watched. At the first `renew` their blocks are placed anew with their lives
/// known (placement_plan.h), and if that needs less memory, runs that ask for blocks of the same
/// sizes in the same order get those places; from where a run differs it goes on as above. Not for
/// several threads at once.
class Heap {
 public:
  explicit Heap(PageRange range) : range_(std::move(range)) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  /// nullptr: more than is reserved, or than this process may have.
  [[nodiscard]] void* allocate(std::size_t bytes);
  /// `block` came from `allocate` of this heap and was not released.
  void release(void* block);

  [[nodiscard]] bool holds(const void* block) const;
  [[nodiscard]] std::size_t blocks() const { return blocks_; }  ///< not yet released
  /// The most of the range that was in use at once, from its start.
  [[nodiscard]] std::size_t peak_bytes() const { return peak_; }
  /// If there are no blocks: gives all pages back, and lays the range out for as much as was in use
  /// at the peak. A child forked after that gets pages of its own and copies none. Does nothing
  /// while there are blocks.
  void renew();
  /// After `renew`: PageRange::fetch.
  void fetch(std::size_t most_bytes) { range_.fetch(most_bytes); }
  void fetch_small() { range_.fetch_small(); }

 private:
  struct Block;
  [[nodiscard]] Block* first_fit(std::size_t size, Block**& link);
  [[nodiscard]] Block* extend(std::size_t size);
  void leave_small_part();
  [[nodiscard]] Block* take(std::size_t size);
  [[nodiscard]] Block* take_planned(std::size_t size);
  [[nodiscard]] Block* take_at(std::size_t place, std::size_t size);
  [[nodiscard]] Block* cut_out(std::byte* at, std::size_t size);
  void plan();
  void insert_free(Block* block);

  PageRange range_;
  std::size_t top_ = 0;    // nothing is in use from here on
  Block* free_ = nullptr;  // by address; no two are neighbors and none ends at top_
  std::size_t blocks_ = 0;
  std::size_t peak_ = 0;
  RunRecorder recorder_;
  bool planned_ = false;
  std::vector<std::size_t> plan_;  // offset of each block of a run; empty: first fit
  std::size_t next_ = 0;           // block of the run, counted while it follows the plan
};

}  // namespace glowplug::engine::ort
