#include "handler/predictions.h"

#include <string>
#include <utility>
#include <vector>

#include "handler/answer.h"

namespace glowplug::handler {
namespace {

Result<EventAnswer> as_json(std::span<const RowOutputs* const> rows, const Output& output) {
  EventAnswer answer;
  answer.body = "{\"predictions\":[";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i > 0) answer.body += ',';
    GLOWPLUG_TRY(output.write(answer.body, *rows[i]));
  }
  answer.body += "]}";
  return answer;
}

Result<EventAnswer> as_csv(std::span<const RowOutputs* const> rows, const Output& output) {
  std::vector<std::vector<std::string>> lines;
  for (const RowOutputs* const row : rows) {
    GLOWPLUG_ASSIGN(auto cells, output.cells(*row));
    lines.push_back(std::move(cells));
  }
  return EventAnswer{200, "text/csv; charset=utf-8; header=present",
                     csv_text(output.columns(), lines)};
}

}  // namespace

Result<EventAnswer> answer_of(std::span<const RowOutputs* const> rows, const Output& output,
                              bool csv) {
  return csv ? as_csv(rows, output) : as_json(rows, output);
}

}  // namespace glowplug::handler
