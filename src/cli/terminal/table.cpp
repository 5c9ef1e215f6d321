#include "cli/terminal/table.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace glowplug::cli {
namespace {

constexpr std::size_t kGap = 3;
constexpr std::size_t kLeastWidth = 8;  // what is left of a cut column

std::string tab_separated(const Table& table) {
  std::string text;
  const auto line = [&text](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) text.append(i == 0 ? "" : "\t").append(cells[i]);
    text += '\n';
  };
  std::vector<std::string> headings;
  headings.reserve(table.columns.size());
  for (const Table::Column& column : table.columns) headings.push_back(column.heading);
  line(headings);
  for (const auto& row : table.rows) line(row);
  return text;
}

std::vector<std::size_t> natural_widths(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t width = columns_of(table.columns[i].heading);
    for (const auto& row : table.rows) width = std::max(width, columns_of(row[i]));
    widths.push_back(width);
  }
  return widths;
}

void shrink(std::vector<std::size_t>& widths, std::size_t limit) {
  for (;;) {
    const std::size_t total =
        std::accumulate(widths.begin(), widths.end(), kGap * (widths.size() - 1));
    auto widest = std::max_element(widths.begin(), widths.end());
    if (total <= limit || *widest <= kLeastWidth) return;
    --*widest;
  }
}

std::string cut(const std::string& text, std::size_t width, bool utf8) {
  if (columns_of(text) <= width) return text;
  const std::string_view mark = utf8 ? "…" : "~";
  std::string kept;
  std::size_t columns = 0;
  for (const char c : text) {
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!continues && ++columns == width) break;
    kept += c;
  }
  return kept.append(mark);
}

std::string padded(const std::string& text, std::size_t width, bool number, bool last) {
  const std::size_t columns = columns_of(text);
  const std::string space(width - std::min(width, columns), ' ');
  if (number) return space + text;
  return last ? text : text + space;
}

}  // namespace

std::string Table::text(const Terminal& terminal, bool wide) const {
  for (const auto& row : rows) GLOWPLUG_CHECK(row.size() == columns.size());
  if (rows.empty()) return "";
  if (!terminal.out_is_terminal) return tab_separated(*this);
  std::vector<std::size_t> widths = natural_widths(*this);
  if (!wide) shrink(widths, terminal.width);
  std::string text;
  const auto cell = [&](const std::string& content, std::size_t i) {
    const bool last = i + 1 == columns.size();
    return padded(cut(content, widths[i], terminal.utf8), widths[i], columns[i].number, last) +
           (last ? "\n" : std::string(kGap, ' '));
  };
  std::string headings;
  for (std::size_t i = 0; i < columns.size(); ++i) headings += cell(columns[i].heading, i);
  text += paint(Style::bold, headings, terminal.color_out);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) text += cell(row[i], i);
  }
  return text;
}

}  // namespace glowplug::cli
