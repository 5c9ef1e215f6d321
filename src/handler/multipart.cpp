#include "handler/multipart.h"

#include <fmt/format.h>

#include <algorithm>

#include "handler/media_type.h"

namespace glowplug::handler {
namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046
constexpr std::string_view kEndOfLine = "\r\n";

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; };
    return low(x) == low(y);
  });
}

std::string_view without_leading_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

/// The value of one line of a part's head if it is of the field `name`.
std::string_view field_value(std::string_view line, std::string_view name) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name))
    return {};
  return without_leading_blanks(line.substr(colon + 1));
}

Result<FormPart> read_part(std::string_view text, std::size_t index) {
  const std::size_t head_end = text.starts_with(kEndOfLine) ? 0 : text.find("\r\n\r\n");
  if (head_end == std::string_view::npos)
    return invalid_argument(fmt::format("part {} of the form has no end of its head", index));
  std::string_view head = text.substr(0, head_end);
  FormPart part;
  part.bytes = text.substr(head_end == 0 ? kEndOfLine.size() : head_end + 2 * kEndOfLine.size());
  std::string_view disposition;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find(kEndOfLine), head.size());
    const std::string_view line = head.substr(0, end);
    if (const auto value = field_value(line, "content-disposition"); !value.empty())
      disposition = value;
    if (const auto value = field_value(line, "content-type"); !value.empty())
      part.content_type = value;
    head.remove_prefix(std::min(end + kEndOfLine.size(), head.size()));
  }
  const auto name = media_parameter(disposition, "name");
  if (media_type(disposition) != "form-data" || !name)
    return invalid_argument(fmt::format("part {} of the form has no name", index));
  part.name = *name;
  part.file_name = media_parameter(disposition, "filename").value_or("");
  return part;
}

/// Behind a boundary: white space and the end of the line, or "--" at the end of the form.
enum class Behind { part, end, other };
Behind behind_boundary(std::string_view& rest) {
  if (rest.starts_with("--")) return Behind::end;
  const std::string_view line = without_leading_blanks(rest);
  if (!line.starts_with(kEndOfLine)) return Behind::other;
  rest = line.substr(kEndOfLine.size());
  return Behind::part;
}

}  // namespace

Result<std::vector<FormPart>> read_form(std::string_view content_type, std::string_view body) {
  const auto boundary = media_parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kLongestBoundary)
    return invalid_argument(
        "the Content-Type multipart/form-data has no boundary of 1 to 70 characters");
  const std::string first = "--" + *boundary;
  const std::string next = "\r\n--" + *boundary;
  std::size_t at = body.starts_with(first) ? 0 : body.find(next);
  if (at == std::string_view::npos)
    return invalid_argument("the body does not hold the boundary that its Content-Type names");
  std::string_view rest =
      body.substr(at + (at == 0 && body.starts_with(first) ? first.size() : next.size()));
  std::vector<FormPart> parts;
  for (;;) {
    const Behind behind = behind_boundary(rest);
    if (behind == Behind::end) break;
    if (behind == Behind::other)
      return invalid_argument(fmt::format(
          "boundary {} of the form is not followed by the end of the line", parts.size()));
    if (parts.size() == kMostFormParts)
      return Error{
          Code::too_large, fmt::format("the form has more than {} parts", kMostFormParts), {}};
    const std::size_t end = rest.find(next);
    if (end == std::string_view::npos)
      return invalid_argument(fmt::format("the form is cut off in part {}", parts.size()));
    GLOWPLUG_ASSIGN(FormPart part, read_part(rest.substr(0, end), parts.size()));
    parts.push_back(std::move(part));
    rest.remove_prefix(end + next.size());
  }
  if (parts.empty()) return invalid_argument("the form has no parts");
  return parts;
}

}  // namespace glowplug::handler
