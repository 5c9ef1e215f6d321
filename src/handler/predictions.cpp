#include "handler/predictions.h"

#include <string>
#include <utility>
#include <vector>

#include "handler/answer.h"
#include "model/tensor_list.h"

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

Result<EventAnswer> as_tensors(std::span<const RowOutputs* const> rows, const Output& output) {
  GLOWPLUG_ASSIGN(const std::vector<Tensor> tensors, output.tensors(rows));
  return EventAnswer{200, std::string(kTensorList), write_tensor_list(tensors)};
}

}  // namespace

Result<EventAnswer> answer_of(std::span<const RowOutputs* const> rows, const Output& output,
                              AnswerForm form) {
  switch (form) {
    case AnswerForm::csv:
      return as_csv(rows, output);
    case AnswerForm::tensors:
      return as_tensors(rows, output);
    default:
      return as_json(rows, output);
  }
}

}  // namespace glowplug::handler
