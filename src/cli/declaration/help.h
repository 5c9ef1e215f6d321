#pragma once
#include <string>

#include "cli/declaration/declaration.h"
#include "cli/terminal/terminal.h"

namespace glowplug::cli {

/// `glowplug --help`: the verbs by step, 80 columns and less than 40 lines.
[[nodiscard]] std::string root_help(const Program& program, bool color);
/// `glowplug VERB --help`: a sentence, usage, examples, the common flags (`all`: every flag), and
/// where to read on.
[[nodiscard]] std::string verb_help(const Program& program, const Verb& verb, bool all, bool color);

/// "glowplug export [FLAGS] MODEL.onnx".
[[nodiscard]] std::string usage_line(const Verb& verb);
/// "-o, --output FOLDER".
[[nodiscard]] std::string flag_heading(const Flag& flag);
/// Help, choices, default and environment variable in one text.
[[nodiscard]] std::string flag_text(const Flag& flag);
/// Words of `text` in lines of at most `width` columns, each after `indent`.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t width,
                                  std::string_view indent);
/// The rows of the exit codes that `verb` has.
[[nodiscard]] std::vector<ExitCodeRow> exit_codes_of(const Program& program, const Verb& verb);

}  // namespace glowplug::cli
