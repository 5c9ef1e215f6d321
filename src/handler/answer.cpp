#include "handler/answer.h"

#include "base/code_table.h"
#include "base/json.h"
#include "base/number.h"

namespace glowplug::handler {
namespace {

void append_cell(std::string& to, std::string_view value) {
  std::string safe;
  if (!value.empty() &&
      std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos &&
      !number_in<double>(value))
    safe = '\'';
  safe += value;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) {
    to += safe;
    return;
  }
  to += '"';
  for (const char c : safe) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

void append_line(std::string& to, std::span<const std::string> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) to += ',';
    append_cell(to, values[i]);
  }
  to += '\n';
}

}  // namespace

EventAnswer error_answer(const Error& error) {
  return {http_status_of(error.code), "application/json",
          "{\"error\":" + quote_json(error.message) + "}"};
}

AnswerForm answer_form(std::string_view context) {
  const bool is_plain = context.find("text/csv") == std::string_view::npos &&
                        context.find("\"answer\"") == std::string_view::npos;
  if (is_plain) return AnswerForm::json;
  const auto json = parse_json(context);
  if (!json || !json->is_object()) return AnswerForm::json;
  if (json->value("answer", Json()) == "tensors") return AnswerForm::tensors;
  return accepts_csv(json->value("accept", "")) ? AnswerForm::csv : AnswerForm::json;
}

bool wants_trace(std::string_view context) {
  if (context.find("\"trace\":true") == std::string_view::npos) return false;
  const auto json = parse_json(context);
  return json && json->is_object() && json->value("trace", Json()) == true;
}

std::string to_json_text(const Trace& trace) {
  Json list = Json::array();
  for (const Stage& stage : trace.stages())
    list.push_back({{"stage", stage.name},
                    {"ns", stage.time.count()},
                    {"shape", stage.shape},
                    {"preview", stage.preview}});
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool accepts_csv(std::string_view accept) {
  const std::size_t csv = accept.find("text/csv");
  return csv < std::min(accept.find("json"), accept.find("*/*"));
}

std::string error_in(std::string_view body) {
  const auto json = parse_json(body);
  if (!json || !json->is_object()) return {};
  const auto found = json->find("error");
  return found != json->end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string csv_text(std::span<const std::string> columns,
                     std::span<const std::vector<std::string>> rows) {
  std::string text;
  append_line(text, columns);
  for (const auto& row : rows) append_line(text, row);
  return text;
}

}  // namespace glowplug::handler
