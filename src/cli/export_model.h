#pragma once
#include "base/result.h"
#include "cli/terminal/progress.h"
#include "model/runner.h"
#include "optimize/export.h"

namespace glowplug::cli {

/// optimize::export_model as one phase of `progress`, its steps as the phase's own.
[[nodiscard]] Result<optimize::Exported> export_with_progress(
    const optimize::ExportRequest& request, RunnerFactory& runners, Progress& progress);

/// What the handler takes and gives, and what it was made of, as lines; empty without one.
[[nodiscard]] std::string handler_lines(const optimize::HandlerFiles& handler);
/// Whether the native engine will serve the model, as a line.
[[nodiscard]] std::string native_line(const optimize::NativeForm& native);
/// "largest difference 2.1e-06, samples 4" or why there is no prepared form.
[[nodiscard]] std::string prepared_line(const optimize::Exported& exported);

}  // namespace glowplug::cli
