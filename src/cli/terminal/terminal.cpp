#include "cli/terminal/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace glowplug::cli {
namespace {

bool is_set(const Lookup& environment, std::string_view name) {
  const auto value = environment(name);
  return value && !value->empty();
}

bool speaks_utf8(const Lookup& environment) {
  for (const std::string_view name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = environment(name);
    if (!value || value->empty()) continue;  // the first that is set decides, as in setlocale(3)
    std::string lower = *value;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower.find("utf-8") != std::string::npos || lower.find("utf8") != std::string::npos;
  }
  return false;
}

bool wants_color(bool is_terminal, std::string_view color, const Lookup& environment) {
  if (color == "always") return true;
  if (color == "never" || is_set(environment, "NO_COLOR")) return false;
  if (is_set(environment, "FORCE_COLOR")) return true;
  return is_terminal && environment("TERM").value_or("dumb") != "dumb" &&
         !is_set(environment, "CI");
}

std::string_view sequence_of(Style style) {
  switch (style) {
    case Style::bold:
      return "\x1b[1m";
    case Style::dim:
      return "\x1b[2m";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
    case Style::plain:
      break;
  }
  return "";
}

/// Of a color sequence at the start of `text`, ESC [ digits and semicolons m; 0: there is none.
std::size_t color_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

}  // namespace

TerminalFacts facts_of_this_process() {
  TerminalFacts facts{::isatty(STDOUT_FILENO) == 1, ::isatty(STDERR_FILENO) == 1, 80};
  winsize size{};
  if (facts.out_is_terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    facts.width = size.ws_col;
  return facts;
}

Terminal decide_terminal(const TerminalFacts& facts, std::string_view color,
                         const Lookup& environment) {
  const bool can_rewrite =
      environment("TERM").value_or("dumb") != "dumb" && !is_set(environment, "CI");
  return {.out_is_terminal = facts.out_is_terminal,
          .err_is_terminal = facts.err_is_terminal,
          .color_out = wants_color(facts.out_is_terminal, color, environment),
          .color_err = wants_color(facts.err_is_terminal, color, environment),
          .utf8 = speaks_utf8(environment),
          .live = facts.err_is_terminal && can_rewrite,
          .width = facts.width};
}

std::string paint(Style style, std::string_view text, bool color) {
  const std::string_view sequence = sequence_of(style);
  if (!color || sequence.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", sequence, text);
}

std::string harmless(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = byte < 0x20 || byte == 0x7f;
    if (!control || byte == '\n' || byte == '\t') {
      shown += text[i];
    } else if (const std::size_t color = color_length(text.substr(i)); color > 0) {
      shown += text.substr(i, color);
      i += color - 1;
    } else {
      shown += fmt::format("\\x{:02x}", byte);
    }
  }
  return shown;
}

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  bool in_sequence = false;
  for (const char c : text) {
    if (c == '\x1b') in_sequence = true;
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (!in_sequence && !continues) ++columns;
    if (in_sequence && c == 'm') in_sequence = false;
  }
  return columns;
}

}  // namespace glowplug::cli
