#pragma once
#include <span>

#include "base/result.h"
#include "handler/answer.h"
#include "handler/output.h"
#include "model/event.h"

namespace glowplug::handler {

/// The answer to an event with these rows: {"predictions": […]}, text/csv with a header, or tensors
/// (handler/protocol_form.h). Errors: as Output::write, Output::cells and Output::tensors.
[[nodiscard]] Result<EventAnswer> answer_of(std::span<const RowOutputs* const> rows,
                                            const Output& output, AnswerForm form);

}  // namespace glowplug::handler
