#include "cli/cold_start_report.h"

#include <gtest/gtest.h>

#include "cli/cold_start_plot.h"

namespace glowplug::cli {
namespace {

gateway::ColdStartRound round_of(int fork_ms, int run_ms, int rest_ms) {
  gateway::ColdStartRound round;
  round.phases = {{"fork", milliseconds(fork_ms)}, {"first_run", milliseconds(run_ms)}};
  round.rest = milliseconds(rest_ms);
  round.total = milliseconds(fork_ms + run_ms + rest_ms);
  round.warm = milliseconds(1);
  return round;
}

TEST(ColdStartReport, SpreadsAreOfTheSortedValues) {
  const Spread odd = spread_of({3, 1, 2});
  EXPECT_EQ(odd.median, 2);
  EXPECT_EQ(odd.p99, 3);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.most, 3);
  EXPECT_EQ(spread_of({1, 2, 3, 4}).median, 2.5);
  std::vector<double> hundreds;
  for (int i = 1; i <= 200; ++i) hundreds.push_back(i);
  EXPECT_EQ(spread_of(hundreds).p99, 198);
  EXPECT_EQ(spread_of({7}).p99, 7);
}

TEST(ColdStartReport, TheRestIsARowOfItsOwn) {
  const auto figures = figures_of({round_of(2, 7, 1), round_of(4, 8, 0)});
  ASSERT_EQ(figures.phases.size(), 3U);
  EXPECT_EQ(figures.phases[0].name, "fork");
  EXPECT_EQ(figures.phases[0].spread.median, 3);
  EXPECT_EQ(figures.phases[2].name, "rest");
  EXPECT_EQ(figures.phases[2].spread.most, 1);
  EXPECT_EQ(figures.total.median, 11);
}

TEST(ColdStartReport, BarsOnATerminalSharesInAPipe) {
  const auto figures = figures_of({round_of(5, 5, 0)});
  Terminal terminal;
  EXPECT_NE(table_of("x", figures, terminal).find("fork\t5.000\t5.000\t5.000\t5.000\t50.0 %\n"),
            std::string::npos)
      << table_of("x", figures, terminal);
  terminal.out_is_terminal = true;
  EXPECT_NE(table_of("x", figures, terminal).find("50.0 % ############\n"), std::string::npos)
      << table_of("x", figures, terminal);
  terminal.utf8 = true;
  EXPECT_NE(table_of("x", figures, terminal).find("\u2588\n"), std::string::npos);
}

TEST(ColdStartReport, JsonHasEachRoundAndItsPhases) {
  const std::vector rounds{round_of(2, 7, 1), round_of(4, 8, 0)};
  const Json json = json_of(figures_of(rounds), rounds);
  EXPECT_EQ(json["rounds"].size(), 2U);
  EXPECT_EQ(json["rounds"][0]["phases"]["fork_ms"], 2.0);
  EXPECT_EQ(json["rounds"][0]["rest_ms"], 1.0);
  EXPECT_EQ(json["phases"][1]["name"], "first_run");
  EXPECT_EQ(json["total"]["most_ms"], 12.0);
}

TEST(ColdStartPlot, DrawsABarOfTheSharesAndEscapesText) {
  const auto figures = figures_of({round_of(25, 75, 0)});
  const std::string svg = plot_of("a<b & c", figures, figures);
  EXPECT_TRUE(svg.starts_with("<svg ")) << svg;
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_NE(svg.find("a&lt;b &amp; c"), std::string::npos);
  EXPECT_EQ(svg.find("a<b"), std::string::npos);
  EXPECT_NE(svg.find("width=\"180.00\""), std::string::npos);  // a quarter of 720
  EXPECT_NE(svg.find("first_run 75.000 ms   75.0 %"), std::string::npos);
}

}  // namespace
}  // namespace glowplug::cli
