#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "model/infer_request.h"

namespace glowplug::front::oip {

/// How often something happened and how long it took in all.
struct StatisticDuration {
  std::uint64_t count = 0;
  nanoseconds total{0};
  void add(nanoseconds duration) {
    ++count;
    total += duration;
  }
};

/// What one function version has done since it was loaded: the numbers of the protocol's
/// `statistics` extension. Not for several threads at once.
class ModelStatistics {
 public:
  /// Where the runs with one number of rows went.
  struct Runs {
    StatisticDuration input;
    StatisticDuration run;
    StatisticDuration output;
  };

  /// A request was answered. `total`: from its arrival to its answer; `at`: now, for
  /// `last_inference`.
  void request_succeeded(std::int64_t rows, const PhaseTiming& timing, nanoseconds total,
                         std::chrono::system_clock::time_point at);
  /// A request got an error instead. `total` as above.
  void request_failed(nanoseconds total);
  /// The model ran once for `rows` rows, perhaps of several requests; call it for each run.
  void ran(std::int64_t rows, const RunTiming& timing);

  [[nodiscard]] std::uint64_t inference_count() const { return rows_; }
  [[nodiscard]] std::uint64_t execution_count() const { return runs_; }

  /// One object of `model_stats`. `memory_bytes`: of its processes, if known.
  [[nodiscard]] std::string to_json(std::string_view name, std::string_view version,
                                    std::optional<std::uint64_t> memory_bytes) const;

 private:
  std::uint64_t rows_ = 0;
  std::uint64_t runs_ = 0;
  std::chrono::milliseconds last_inference_{0};  // since the epoch
  StatisticDuration success_;
  StatisticDuration fail_;
  StatisticDuration queue_;
  Runs requests_;                              // as the requests saw them
  std::map<std::int64_t, Runs> runs_by_rows_;  // as the model ran
};

/// The body of `GET …/stats`, from the objects that ModelStatistics::to_json gave.
[[nodiscard]] std::string write_statistics(std::span<const std::string> models);

}  // namespace glowplug::front::oip
