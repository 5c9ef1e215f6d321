#include "front/oip/statistics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/json.h"

namespace glowplug::front::oip {
namespace {

std::string text_of(const StatisticDuration& duration) {
  return fmt::format("{{\"count\":{},\"ns\":{}}}", duration.count, duration.total.count());
}

std::string text_of(const ModelStatistics::Runs& runs) {
  return fmt::format("\"compute_input\":{},\"compute_infer\":{},\"compute_output\":{}",
                     text_of(runs.input), text_of(runs.run), text_of(runs.output));
}

void add(ModelStatistics::Runs& runs, const RunTiming& timing) {
  runs.input.add(timing.input);
  runs.run.add(timing.run);
  runs.output.add(timing.output);
}

}  // namespace

void ModelStatistics::request_succeeded(std::int64_t rows, const PhaseTiming& timing,
                                        nanoseconds total,
                                        std::chrono::system_clock::time_point at) {
  rows_ += static_cast<std::uint64_t>(rows);
  last_inference_ = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch());
  success_.add(total);
  queue_.add(timing.queue);
  add(requests_, timing.instance);
}

void ModelStatistics::request_failed(nanoseconds total) { fail_.add(total); }

void ModelStatistics::ran(std::int64_t rows, const RunTiming& timing) {
  ++runs_;
  add(runs_by_rows_[rows], timing);
}

std::string ModelStatistics::to_json(std::string_view name, std::string_view version,
                                     std::optional<std::uint64_t> memory_bytes) const {
  std::vector<std::string> batches;
  batches.reserve(runs_by_rows_.size());
  for (const auto& [rows, runs] : runs_by_rows_)
    batches.push_back(fmt::format("{{\"batch_size\":{},{}}}", rows, text_of(runs)));
  const std::string memory =
      memory_bytes ? fmt::format(R"({{"type":"CPU","id":0,"byte_size":{}}})", *memory_bytes) : "";
  return fmt::format(
      "{{\"name\":{},\"version\":{},\"last_inference\":{},\"inference_count\":{},"
      "\"execution_count\":{},\"inference_stats\":{{\"success\":{},\"fail\":{},\"queue\":{},{},"
      "\"cache_hit\":{},\"cache_miss\":{}}},\"response_stats\":{{}},\"batch_stats\":[{}],"
      "\"memory_usage\":[{}]}}",
      quote_json(name), quote_json(version), last_inference_.count(), rows_, runs_,
      text_of(success_), text_of(fail_), text_of(queue_), text_of(requests_),
      text_of(StatisticDuration{}), text_of(StatisticDuration{}), fmt::join(batches, ","), memory);
}

std::string write_statistics(std::span<const std::string> models) {
  return fmt::format("{{\"model_stats\":[{}]}}", fmt::join(models, ","));
}

}  // namespace glowplug::front::oip
