#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/event.h"
#include "model/trace.h"

namespace glowplug::handler {

/// {"error": text} with the status of the error's code.
[[nodiscard]] EventAnswer error_answer(const Error& error);
/// The text of an error_answer's body; empty where it has none.
[[nodiscard]] std::string error_in(std::string_view body);
/// Whether an Accept header names text/csv before JSON and everything.
[[nodiscard]] bool accepts_csv(std::string_view accept);
/// How an event's answer is written.
enum class AnswerForm {
  json,
  csv,
  tensors,  ///< write_tensor_list of the predictions' tensors, of type kTensorList
};
/// What a context asks for: {"answer": "tensors"}, or an "accept" that names text/csv before JSON
/// and everything.
[[nodiscard]] AnswerForm answer_form(std::string_view context);
/// Only between instances and their gateway.
inline constexpr std::string_view kTensorList = "application/x-glowplug-tensors";
/// Whether the context asks for a trace.
[[nodiscard]] bool wants_trace(std::string_view context);
/// As EventAnswer::trace has it.
[[nodiscard]] std::string to_json_text(const Trace& trace);
/// RFC 4180 but for the lines' ends, which are LF, with a header: quotes where a value holds a
/// comma, a quote or the end of a line. A value that a spreadsheet would run (first character = + -
/// @, tab, CR) and that is no number gets an apostrophe in front.
[[nodiscard]] std::string csv_text(std::span<const std::string> columns,
                                   std::span<const std::vector<std::string>> rows);

}  // namespace glowplug::handler
