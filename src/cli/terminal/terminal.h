#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace glowplug::cli {

/// An environment variable's value; nullopt when it is not set. Injected, so that tests choose it.
using Lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// What the two output streams can show, decided once per run.
struct Terminal {
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  bool color_out = false;
  bool color_err = false;
  bool utf8 = false;       ///< else signs are ASCII: ok, warn, fail
  bool live = false;       ///< stderr may be rewritten: progress as one live line a phase
  std::size_t width = 80;  ///< columns of stdout
};

/// The facts that the decision is made from.
struct TerminalFacts {
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  std::size_t width = 80;
};
[[nodiscard]] TerminalFacts facts_of_this_process();

/// `color`: auto, always or never; it beats NO_COLOR, which beats FORCE_COLOR. CI set or TERM=dumb:
/// nothing is rewritten and nothing colored by itself.
[[nodiscard]] Terminal decide_terminal(const TerminalFacts& facts, std::string_view color,
                                       const Lookup& environment);

enum class Style { plain, bold, dim, good, warning, bad };
/// `text` in the style's color when `color`, else as it is. Sense is never carried by color alone.
[[nodiscard]] std::string paint(Style style, std::string_view text, bool color);

/// `text` without what could move a terminal's cursor or change its state: control characters are
/// shown as "\\x1b", all but newlines, tabs and our own colors. Names out of a model file or a
/// bundle may hold anything.
[[nodiscard]] std::string harmless(std::string_view text);

/// Columns that `text` takes: UTF-8 characters, without color sequences.
[[nodiscard]] std::size_t columns_of(std::string_view text);

}  // namespace glowplug::cli
