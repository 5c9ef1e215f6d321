// Replays a trace of invocations under each policy and several memory budgets; JSON on stdout.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "base/json.h"
#include "base/units.h"
#include "policy.h"
#include "replay.h"
#include "trace.h"

namespace glowplug::bench {
namespace {

constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

Json json_of(const Outcome& outcome) {
  return {{"invocations", outcome.invocations},
          {"wakes", outcome.wakes},
          {"cold_starts", outcome.cold_starts},
          {"evictions", outcome.evictions},
          {"waited_seconds", to_ms(outcome.waited) / 1000},
          {"worst_wait_ms", to_ms(outcome.worst)},
          {"mean_wake_ms", outcome.mean_of_wakes_ms},
          {"p99_wake_ms", outcome.p99_of_wakes_ms},
          {"memory_time_gib_hours", outcome.memory_time_gib_hours}};
}

/// What the trace is like, to be held against the published one.
Json shape_of(const Trace& trace) {
  std::vector<double> counts(trace.functions.size());
  std::uint64_t bytes = 0;
  for (const Invocation& one : trace.invocations) ++counts[one.function];
  for (const TracedFunction& one : trace.functions) bytes += one.memory_bytes;
  const double hours = std::chrono::duration<double, std::ratio<3600>>(trace.length).count();
  std::size_t rare = 0;
  std::size_t at_most_one_a_minute = 0;
  double frequent = 0;
  for (const double count : counts) {
    rare += count <= hours ? 1 : 0;
    at_most_one_a_minute += count <= 60 * hours ? 1 : 0;
    frequent += count > 60 * hours ? count : 0;
  }
  std::sort(counts.begin(), counts.end(), std::greater<>());
  double top_five = 0;
  for (std::size_t i = 0; i < std::min<std::size_t>(5, counts.size()); ++i) top_five += counts[i];
  const auto all = static_cast<double>(std::max<std::size_t>(trace.invocations.size(), 1));
  const auto functions = static_cast<double>(std::max<std::size_t>(counts.size(), 1));
  return {{"functions", counts.size()},
          {"hours", hours},
          {"invocations", trace.invocations.size()},
          {"templates_gib", static_cast<double>(bytes) / static_cast<double>(kGiB)},
          {"share_at_most_hourly", static_cast<double>(rare) / functions},
          {"share_at_most_one_a_minute", static_cast<double>(at_most_one_a_minute) / functions},
          {"invocations_of_the_others", frequent / all},
          {"invocations_of_top_5", top_five / all}};
}

struct Options {
  TraceShape shape;
  std::string trace;
  ReplayOptions replay;
};

[[noreturn]] void usage() {
  fmt::print(stderr,
             "keep_warm_replay [--trace FILE.csv] [--functions N] [--hours N] [--seed N]\n"
             "                 [--idle-timeout DURATION]\n");
  std::exit(64);
}

Options parse(int count, char** words) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    if (i + 1 == count) usage();
    const std::string flag = words[i];
    const std::string value = words[i + 1];
    const auto number = std::strtoul(value.c_str(), nullptr, 10);
    if (flag == "--trace") {
      options.trace = value;
    } else if (flag == "--functions" && number > 0) {
      options.shape.functions = static_cast<std::uint32_t>(number);
    } else if (flag == "--hours" && number > 0) {
      options.shape.length = std::chrono::hours(number);
    } else if (flag == "--seed") {
      options.shape.seed = number;
    } else if (auto idle = parse_duration(value); flag == "--idle-timeout" && idle) {
      options.replay.idle_timeout = *idle;
    } else {
      usage();
    }
  }
  return options;
}

Json replay_all(const Trace& trace, const ReplayOptions& options) {
  Json rows = Json::array();
  const auto add = [&](std::uint64_t budget, const std::string& variant, Policy& policy) {
    Json row = json_of(replay(trace, policy, options));
    row["policy"] = policy.name() + variant;
    row["budget_bytes"] = budget;
    rows.push_back(std::move(row));
  };
  for (const std::uint64_t gib : {1, 2, 4, 8, 16}) {
    const std::uint64_t budget = gib * kGiB;
    const auto size = trace.functions.size();
    add(budget, "", *make_greedy_dual(budget, size, scale::kTemplateUseHalfLife));
    add(budget, "", *make_lru(budget, std::nullopt));
    add(budget, "", *make_lru(budget, std::chrono::minutes(10)));
    add(budget, "", *make_largest_first(budget));
    for (const int minutes : {10, 60, 360, 1440})
      add(budget, fmt::format(" half-life {} min", minutes),
          *make_greedy_dual(budget, size, std::chrono::minutes(minutes)));
  }
  return rows;
}

int run(const Options& options) {
  const Result<Trace> trace = options.trace.empty() ? Result<Trace>(generate_trace(options.shape))
                                                    : read_trace(options.trace, options.shape.seed);
  if (!trace) {
    fmt::print(stderr, "keep_warm_replay: {}\n", trace.error().message);
    return 1;
  }
  const Json result = {{"schema", "glowplug.bench.keep_warm/1"},
                       {"seed", options.shape.seed},
                       {"source", options.trace.empty() ? "generated" : options.trace},
                       {"idle_timeout_seconds", to_ms(options.replay.idle_timeout) / 1000},
                       {"wake_ms", to_ms(options.replay.wake)},
                       {"trace", shape_of(*trace)},
                       {"rows", replay_all(*trace, options.replay)}};
  fmt::print("{}\n", result.dump(1));
  return 0;
}

}  // namespace
}  // namespace glowplug::bench

int main(int count, char** words) {
  return glowplug::bench::run(glowplug::bench::parse(count, words));
}
