#pragma once
#include "cli/session.h"
#include "cli/terminal/failure.h"
#include "cli/verbs.h"
#include "optimize/code/export_code.h"

namespace glowplug::cli {

/// Whether what `export` was given is code, handler.py or handler.so.
[[nodiscard]] bool is_code_export(const Invocation& invocation);
/// --requirements, --include and --sample. Errors: those of their files.
[[nodiscard]] Result<void> read_code_flags(const Invocation& invocation,
                                           optimize::code::CodeRequest& request);
/// `export` of it.
[[nodiscard]] Attempt<Report> run_export_code(const Session& session);

}  // namespace glowplug::cli
