#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/terminal/terminal.h"
#include "gateway/cold_start.h"

namespace glowplug::cli {

/// Of some rounds, in milliseconds.
struct Spread {
  double median = 0;
  double p99 = 0;  ///< nearest rank: with fewer than 100 rounds the most
  double least = 0;
  double most = 0;
};
/// Precondition: there is one. Of an even number the median is the mean of the two in the middle.
[[nodiscard]] Spread spread_of(std::vector<double> values);

/// What of a kind of cold start is shown.
struct ColdStartFigures {
  struct Row {
    std::string name;
    Spread spread;
  };
  std::vector<Row> phases;  ///< in their order; the last is "rest": what is in none of them
  Spread total;
  Spread warm;      ///< the same request right after
  Spread warm_run;  ///< of that, inside the instance
};
/// Precondition: there is a round, and all have the same phases.
[[nodiscard]] ColdStartFigures figures_of(const std::vector<gateway::ColdStartRound>& rounds);

/// A table with a bar for each phase's share of the total; without a terminal the share alone.
[[nodiscard]] std::string table_of(std::string_view heading, const ColdStartFigures& figures,
                                   const Terminal& terminal);
/// The figures and each round.
[[nodiscard]] Json json_of(const ColdStartFigures& figures,
                           const std::vector<gateway::ColdStartRound>& rounds);

}  // namespace glowplug::cli
