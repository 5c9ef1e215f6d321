#include "handler/media_type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/utf8.h"

namespace glowplug::handler {
namespace {

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower(std::string_view text) {
  std::string low(text);
  std::ranges::transform(low, low.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? char(c + ('a' - 'A')) : c; });
  return low;
}

/// Up to the next ';' that is not quoted.
std::string_view next_part(std::string_view& rest) {
  bool quoted = false;
  std::size_t at = 0;
  for (; at < rest.size() && (quoted || rest[at] != ';'); ++at) {
    if (rest[at] == '"') quoted = !quoted;
    if (quoted && rest[at] == '\\' && at + 1 < rest.size()) ++at;
  }
  const std::string_view part = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return part;
}

std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string plain;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    plain += text[i];
  }
  return plain;
}

}  // namespace

std::string media_type(std::string_view content_type) {
  return lower(trim(next_part(content_type)));
}

std::optional<std::string> media_parameter(std::string_view value, std::string_view name) {
  next_part(value);
  while (!value.empty()) {
    const std::string_view part = next_part(value);
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    if (lower(trim(part.substr(0, equals))) == name) return unquoted(trim(part.substr(equals + 1)));
  }
  return std::nullopt;
}

std::string guess_media_type(std::string_view file_name, std::string_view bytes) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kSuffixes{{
      {".json", "application/json"},
      {".csv", "text/csv"},
      {".txt", "text/plain"},
      {".md", "text/plain"},
      {".jpg", "image/jpeg"},
      {".jpeg", "image/jpeg"},
      {".png", "image/png"},
      {".webp", "image/webp"},
      {".gif", "image/gif"},
      {".bmp", "image/bmp"},
      {".wav", "audio/wav"},
      {".flac", "audio/flac"},
      {".jsonl", "application/jsonl"},
      {".bin", "application/octet-stream"},
  }};
  for (const auto& [suffix, type] : kSuffixes)
    if (file_name.ends_with(suffix)) return std::string(type);
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "application/octet-stream";
  if (bytes[first] == '{' || bytes[first] == '[' || bytes[first] == '"') return "application/json";
  return is_utf8(bytes) ? "text/plain" : "application/octet-stream";
}

bool is_json(std::string_view type) {
  return type == "application/json" || type == "text/json" || type.ends_with("+json");
}

}  // namespace glowplug::handler
