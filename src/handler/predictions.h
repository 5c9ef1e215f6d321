#pragma once
#include <span>

#include "base/result.h"
#include "handler/output.h"
#include "model/event.h"

namespace glowplug::handler {

/// The answer to an event with these rows: {"predictions": […]}, or text/csv with a header. Errors:
/// as Output::write and Output::cells.
[[nodiscard]] Result<EventAnswer> answer_of(std::span<const RowOutputs* const> rows,
                                            const Output& output, bool csv);

}  // namespace glowplug::handler
