#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace glowplug::front {

/// Learns from the runs of one function how many rows are best run together. A small network takes
/// hardly longer for 32 rows than for one. A convolutional network takes longer for a row of 16
/// than for one alone, whose activations fit the cache (MobileNetV2 on one core: 10.4 and 8.8 ms);
/// its rows are better off one by one, on all instances, the first of them answered early.
///
/// Starts with the most there may be. What a row costs is kept for 1, 2, 4 ... rows as a moving
/// average; the least number within 3 % of the cheapest wins. Now and then a batch is smaller or
/// larger than that to learn what it would cost.
class BatchSize {
 public:
  /// `most`: rows, at least 1; what does not fit into it never runs together.
  explicit BatchSize(std::int64_t most);

  /// Rows that the next batch may hold. Counts the batches: to be asked once for each.
  [[nodiscard]] std::int64_t next();
  /// What next() gives but for its experiments.
  [[nodiscard]] std::int64_t best() const;
  /// `rows` rows ran together and took the engine so long.
  void ran(std::int64_t rows, nanoseconds run);

 private:
  static constexpr std::size_t kLevels = 24;  // level n: up to 2^n rows
  struct Cost {
    double ns_per_row = 0;
    int samples = 0;
  };
  [[nodiscard]] bool is_known(std::size_t level) const;
  void choose();

  std::int64_t most_;
  std::size_t top_;    // the level of most_
  std::size_t level_;  // the best one
  std::uint64_t batches_ = 0;
  std::array<Cost, kLevels> costs_{};
};

}  // namespace glowplug::front
