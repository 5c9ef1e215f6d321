#pragma once
#include <string_view>

#include "cli/session.h"
#include "cli/terminal/failure.h"
#include "cli/terminal/output.h"

namespace glowplug::cli {

/// One function a verb: it does the work and gives what is to be shown. Long work shows its
/// progress itself. `verb_<name>.cpp` has each.
using VerbFunction = Attempt<Report> (*)(const Session& session);

[[nodiscard]] Attempt<Report> run_up(const Session& session);
[[nodiscard]] Attempt<Report> run_doctor(const Session& session);
[[nodiscard]] Attempt<Report> run_export(const Session& session);
[[nodiscard]] Attempt<Report> run_inspect(const Session& session);
[[nodiscard]] Attempt<Report> run_coldstart(const Session& session);
[[nodiscard]] Attempt<Report> run_invoke(const Session& session);
[[nodiscard]] Attempt<Report> run_serve(const Session& session);
[[nodiscard]] Attempt<Report> run_functions(const Session& session);
[[nodiscard]] Attempt<Report> run_add(const Session& session);
[[nodiscard]] Attempt<Report> run_alias(const Session& session);
[[nodiscard]] Attempt<Report> run_remove(const Session& session);
[[nodiscard]] Attempt<Report> run_clean(const Session& session);
[[nodiscard]] Attempt<Report> run_config(const Session& session);
[[nodiscard]] Attempt<Report> run_completion(const Session& session);
[[nodiscard]] Attempt<Report> run_help(const Session& session);
[[nodiscard]] Attempt<Report> run_version(const Session& session);
[[nodiscard]] Attempt<Report> run_complete(const Session& session);
[[nodiscard]] Attempt<Report> run_docs(const Session& session);

/// Null: the declaration has a verb that nothing does (a test looks for that).
[[nodiscard]] VerbFunction function_of(std::string_view verb);

}  // namespace glowplug::cli
