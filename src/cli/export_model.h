#pragma once
#include "base/result.h"
#include "cli/terminal/progress.h"
#include "model/runner.h"
#include "optimize/export.h"

namespace glowplug::cli {

/// optimize::export_model as one phase of `progress`, its steps as the phase's own.
[[nodiscard]] Result<optimize::Exported> export_with_progress(
    const optimize::ExportRequest& request, RunnerFactory& runners, Progress& progress);

/// "largest difference 2.1e-06, samples 4" or why there is no prepared form.
/// Whether the native engine will serve the model, as a line.
[[nodiscard]] std::string native_line(const optimize::NativeForm& native);
[[nodiscard]] std::string prepared_line(const optimize::Exported& exported);

}  // namespace glowplug::cli
