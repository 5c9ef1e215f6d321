#include "front/hide_paths.h"

#include <algorithm>

namespace glowplug::front {
namespace {

constexpr std::string_view kBounds = " \t\n\"'`()<>[]{},;=";

/// Our own addresses are told to clients on purpose.
bool is_address(std::string_view path) {
  return path.starts_with("/v2") || path.starts_with("/predict") || path.starts_with("/metrics");
}

/// The end of the path that starts at `begin`; a colon that ends a clause is not part of it.
std::size_t end_of_path(std::string_view text, std::size_t begin) {
  std::size_t end = std::min(text.find_first_of(kBounds, begin), text.size());
  while (end > begin + 1 && (text[end - 1] == ':' || text[end - 1] == '.')) --end;
  return end;
}

}  // namespace

std::string hide_paths(std::string_view text) {
  std::string shown;
  std::size_t at = 0;
  while (at < text.size()) {
    const bool begins =
        text[at] == '/' && (at == 0 || kBounds.find(text[at - 1]) != std::string_view::npos);
    if (!begins) {
      shown += text[at++];
      continue;
    }
    const std::size_t end = end_of_path(text, at);
    const std::string_view path = text.substr(at, end - at);
    const std::size_t name = path.find_last_of('/') + 1;
    shown += is_address(path) || name == path.size() ? path : path.substr(name);
    at = end;
  }
  return shown;
}

}  // namespace glowplug::front
