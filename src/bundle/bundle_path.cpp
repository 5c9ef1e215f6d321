#include "bundle/bundle_path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"

namespace glowplug::bundle {
namespace {

constexpr std::size_t kLongestPath = 1024;
constexpr std::size_t kLongestPart = 255;
constexpr std::size_t kMostParts = 16;

bool is_path_character(char c) { return c >= 0x20 && c < 0x7F && c != '\\'; }

/// What is wrong with one part, or null.
const char* fault_of_part(std::string_view part) {
  if (part.empty()) return "an empty part";
  if (part == ".." || part == ".") return "a \".\" or \"..\" part";
  if (part.size() > kLongestPart) return "a part of more than 255 characters";
  return nullptr;
}

const char* fault_of(std::string_view path) {
  if (path.empty()) return "no characters";
  if (path.size() > kLongestPath) return "more than 1024 characters";
  if (path.front() == '/') return "a \"/\" at its start";
  if (!std::ranges::all_of(path, is_path_character))
    return "a character that is not printable ASCII";
  std::size_t parts = 0;
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    if (const char* fault = fault_of_part(path.substr(start, end - start))) return fault;
    if (++parts > kMostParts) return "more than 16 parts";
    start = end + 1;
  }
  return nullptr;
}

}  // namespace

Result<void> check_bundle_path(std::string_view path) {
  const char* fault = fault_of(path);
  if (fault == nullptr) return {};
  return Error{Code::invalid_argument,
               fmt::format("the file name {} has {}", quote_json(path.substr(0, 300)), fault),
               {}};
}

std::string lower_case(std::string_view path) {
  std::string lower(path);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace glowplug::bundle
