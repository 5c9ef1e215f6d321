#include "cli/project/source_place.h"

#include <fmt/format.h>

#include <algorithm>

namespace glowplug::cli {
namespace {

std::string_view line_of(std::string_view text, std::size_t number) {
  for (std::size_t i = 0; i < number; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// The line as a terminal may show it: no control characters, at most 100 bytes.
std::string printable(std::string_view line) {
  std::string text(line.substr(0, 100));
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  }
  return text;
}

}  // namespace

std::string SourceText::where(const SourcePlace& place) const {
  return fmt::format("{}:{}:{}", name, place.line + 1, place.column + 1);
}

std::string SourceText::excerpt(const SourcePlace& place, std::string_view remark) const {
  const std::string line = printable(line_of(text, place.line));
  if (place.column > line.size()) return "";
  const std::string number = fmt::format("  {} | ", place.line + 1);
  const std::size_t room = std::max<std::size_t>(line.size() - place.column, 1);
  const std::string carets(std::clamp<std::size_t>(place.length, 1, room), '^');
  return fmt::format("{}{}\n{}{}{}{}\n", number, line,
                     std::string(number.size() + place.column, ' '), carets,
                     remark.empty() ? "" : " ", remark);
}

Failure SourceText::failure(const SourcePlace& place, std::string message, std::string fix,
                            std::string_view remark) const {
  Failure failure = usage_failure(std::move(message), std::move(fix), where(place));
  failure.excerpt = excerpt(place, remark);
  failure.page = "docs/project-file.md";
  return failure;
}

}  // namespace glowplug::cli
