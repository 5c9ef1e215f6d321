#include "cli/cold_start_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace glowplug::cli {
namespace {

constexpr double kWidth = 760;
constexpr double kMargin = 20;
constexpr double kBarWidth = kWidth - 2 * kMargin;
constexpr double kBarHeight = 34;
constexpr double kLineHeight = 20;
constexpr int kLegendColumns = 3;

/// A phase has one color in both bars. Okabe and Ito's, which people without red or green tell
/// apart, and darker ones; gray is for the rest.
constexpr std::array<std::pair<std::string_view, const char*>, 11> kColors{{
    {"exec", "#0072B2"},
    {"engine", "#E69F00"},
    {"confine", "#009E73"},
    {"model", "#CC79A7"},
    {"warm_up", "#56B4E9"},
    {"report", "#8B6BB1"},
    {"ask", "#F0E442"},
    {"fork", "#D55E00"},
    {"attach", "#1B4F72"},
    {"first_run", "#4D8C57"},
    {"answer", "#8C564B"},
}};
constexpr const char* kRestColor = "#999999";

const char* color_of(std::string_view phase) {
  const auto* const found = std::find_if(kColors.begin(), kColors.end(),
                                         [phase](const auto& row) { return row.first == phase; });
  return found == kColors.end() ? kRestColor : found->second;
}

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string label(double x, double y, std::string_view style, const std::string& text) {
  return fmt::format("  <text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style,
                     escaped(text));
}

std::string box(double x, double y, double width, double height, const char* color,
                const std::string& meaning) {
  return fmt::format(
      "  <rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{:.1f}\" fill=\"{}\">"
      "<title>{}</title></rect>\n",
      x, y, std::max(width, 0.0), height, color, escaped(meaning));
}

/// A heading, the bar and its legend; moves `y` below them.
std::string panel(const std::string& heading, const ColdStartFigures& figures, double& y) {
  double sum = 0;
  for (const auto& row : figures.phases) sum += std::max(row.spread.median, 0.0);
  const std::size_t count = figures.phases.size();
  std::string text = label(kMargin, y, "head",
                           fmt::format("{}: {:.2f} ms (p99 {:.2f}, least {:.2f}, most {:.2f})",
                                       heading, figures.total.median, figures.total.p99,
                                       figures.total.least, figures.total.most));
  y += 12;
  double x = kMargin;
  std::string legend;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& row = figures.phases[i];
    const double share = std::max(row.spread.median, 0.0) / std::max(sum, 1e-9);
    const std::string meaning = fmt::format("{} {:.3f} ms", row.name, row.spread.median);
    text += box(x, y, share * kBarWidth, kBarHeight, color_of(row.name), meaning);
    x += share * kBarWidth;
    const std::size_t legend_row = i / kLegendColumns;
    const std::size_t legend_column = i % kLegendColumns;
    const double column = kMargin + static_cast<double>(legend_column) * kBarWidth / kLegendColumns;
    const double line = y + kBarHeight + kLineHeight * static_cast<double>(1 + legend_row);
    legend += box(column, line - 10, 11, 11, color_of(row.name), row.name);
    legend += label(column + 18, line, "name", fmt::format("{}   {:.1f} %", meaning, 100 * share));
  }
  const std::size_t legend_rows = (count + kLegendColumns - 1) / kLegendColumns;
  y += kBarHeight + kLineHeight * static_cast<double>(legend_rows) + 44;
  return text + legend;
}

}  // namespace

std::string plot_of(const std::string& title, const ColdStartFigures& from_nothing,
                    const ColdStartFigures& from_template) {
  double y = 70;
  std::string body = panel("from nothing", from_nothing, y);
  body += panel("from its template", from_template, y);
  body +=
      label(kMargin, y - 22, "name",
            fmt::format("the same request right after, warm: {:.3f} ms. Bars are the medians of "
                        "the phases; each has a scale of its own.",
                        from_template.warm.median));
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1:.0f}\" "
             "viewBox=\"0 0 {0} {1:.0f}\" role=\"img\" aria-label=\"{2}\">\n"
             "  <style>text {{ font-family: system-ui, sans-serif; fill: #222 }} .title {{ "
             "font-size: "
             "17px; font-weight: 600 }} .head {{ font-size: 14px; font-weight: 600 }} .name {{ "
             "font-size: 12px }} @media (prefers-color-scheme: dark) {{ text {{ fill: #ddd }} }}"
             "</style>\n",
             kWidth, y, escaped(title)) +
         label(kMargin, 32, "title", title) + body + "</svg>\n";
}

}  // namespace glowplug::cli
