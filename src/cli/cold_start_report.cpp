#include "cli/cold_start_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "cli/terminal/table.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kRest = "rest";
constexpr double kBarColumns = 24;

using Round = gateway::ColdStartRound;

template <class Value>
Spread spread(const std::vector<Round>& rounds, Value&& value) {
  std::vector<double> values;
  values.reserve(rounds.size());
  for (const Round& round : rounds) values.push_back(to_ms(value(round)));
  return spread_of(std::move(values));
}

/// A share as whole and eighth blocks, or as signs.
std::string bar(double share, bool utf8) {
  const auto eighths = static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kBarColumns * 8));
  std::string text;
  for (int i = 0; i < eighths / 8; ++i) text += utf8 ? "\u2588" : "#";
  constexpr std::string_view kParts[] = {"",       "\u258f", "\u258e", "\u258d",
                                         "\u258c", "\u258b", "\u258a", "\u2589"};
  if (utf8) text += kParts[eighths % 8];
  return text;
}

std::string share_cell(double share, const Terminal& terminal) {
  std::string percent = fmt::format("{:.1f} %", 100 * share);
  if (!terminal.out_is_terminal) return percent;
  return fmt::format("{:>6} {}", percent, bar(share, terminal.utf8));
}

std::vector<std::string> cells(const std::string& name, const Spread& spread, std::string share) {
  const auto ms = [](double value) { return fmt::format("{:.3f}", value); };
  return {
      name, ms(spread.median), ms(spread.p99), ms(spread.least), ms(spread.most), std::move(share)};
}

Json json_of(const Spread& spread) {
  return {{"median_ms", spread.median},
          {"p99_ms", spread.p99},
          {"least_ms", spread.least},
          {"most_ms", spread.most}};
}

Json json_of(const Round& round) {
  Json phases = Json::object();
  for (const instances::StartPhase& phase : round.phases)
    phases[fmt::format("{}_ms", phase.name)] = to_ms(phase.duration);
  return {{"total_ms", to_ms(round.total)},
          {"rest_ms", to_ms(round.rest)},
          {"warm_ms", to_ms(round.warm)},
          {"phases", std::move(phases)}};
}

}  // namespace

Spread spread_of(std::vector<double> values) {
  GLOWPLUG_CHECK(!values.empty());
  std::sort(values.begin(), values.end());
  const std::size_t count = values.size();
  const std::size_t rank = (count * 99 + 99) / 100;  // from 1
  return {(values[(count - 1) / 2] + values[count / 2]) / 2, values[rank - 1], values.front(),
          values.back()};
}

ColdStartFigures figures_of(const std::vector<Round>& rounds) {
  GLOWPLUG_CHECK(!rounds.empty());
  ColdStartFigures figures;
  for (std::size_t i = 0; i < rounds.front().phases.size(); ++i) {
    const auto of_phase = [i](const Round& round) { return round.phases.at(i).duration; };
    figures.phases.push_back(
        {std::string(rounds.front().phases[i].name), spread(rounds, of_phase)});
  }
  figures.phases.push_back(
      {std::string(kRest), spread(rounds, [](const Round& round) { return round.rest; })});
  figures.total = spread(rounds, [](const Round& round) { return round.total; });
  figures.warm = spread(rounds, [](const Round& round) { return round.warm; });
  figures.warm_run = spread(rounds, [](const Round& round) { return round.warm_run; });
  return figures;
}

std::string table_of(std::string_view heading, const ColdStartFigures& figures,
                     const Terminal& terminal) {
  Table table{{{std::string(heading)},
               {"median ms", true},
               {"p99", true},
               {"least", true},
               {"most", true},
               {"share"}},
              {}};
  for (const ColdStartFigures::Row& row : figures.phases)
    table.rows.push_back(
        cells(row.name, row.spread,
              share_cell(row.spread.median / std::max(figures.total.median, 1e-9), terminal)));
  table.rows.push_back(cells("total", figures.total, ""));
  table.rows.push_back(cells("warm, after it", figures.warm, ""));
  return table.text(terminal);
}

Json json_of(const ColdStartFigures& figures, const std::vector<Round>& rounds) {
  Json phases = Json::array();
  for (const ColdStartFigures::Row& row : figures.phases) {
    Json phase = json_of(row.spread);
    phase["name"] = row.name;
    phases.push_back(std::move(phase));
  }
  Json all = Json::array();
  for (const Round& round : rounds) all.push_back(json_of(round));
  return {{"phases", std::move(phases)},
          {"total", json_of(figures.total)},
          {"warm", json_of(figures.warm)},
          {"warm_run", json_of(figures.warm_run)},
          {"rounds", std::move(all)}};
}

}  // namespace glowplug::cli
