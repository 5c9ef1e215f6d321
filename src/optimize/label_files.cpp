#include <fmt/format.h>

#include <algorithm>

#include "base/utf8.h"
#include "optimize/handler_files.h"

namespace glowplug::optimize {
namespace {

using Labels = std::vector<std::string>;

Result<Labels> from_lines(std::string_view text, std::string_view file) {
  if (!is_utf8(text)) return invalid_argument(fmt::format("{} is not UTF-8", file));
  Labels labels;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    labels.emplace_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  while (!labels.empty() && labels.back().empty()) labels.pop_back();
  return labels;
}

/// "name", or ["n01440764", "name"] as TorchServe writes it.
std::optional<std::string> name_in(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_array() && !value.empty() && value.back().is_string())
    return value.back().get<std::string>();
  return std::nullopt;
}

Error not_labels(std::string_view file) {
  return invalid_argument(fmt::format(
      "{} holds no class names: expected a line each, a JSON list, or an object with the numbers "
      "from 0 on as keys",
      file));
}

Result<Labels> from_object(const Json& object, std::string_view file) {
  if (object.contains("id2label")) return from_object(object["id2label"], file);
  Labels labels;
  for (std::size_t i = 0; i < object.size(); ++i) {
    const auto found = object.find(fmt::format("{}", i));
    if (found == object.end()) return not_labels(file);
    const auto name = name_in(*found);
    if (!name) return not_labels(file);
    labels.push_back(*name);
  }
  return labels;
}

Result<Labels> from_json(const Json& json, std::string_view file) {
  if (json.is_object()) return from_object(json, file);
  if (!json.is_array()) return not_labels(file);
  Labels labels;
  for (const Json& value : json) {
    const auto name = name_in(value);
    if (!name) return not_labels(file);
    labels.push_back(*name);
  }
  return labels;
}

}  // namespace

Result<Labels> labels_in(std::string_view text, std::string_view file) {
  if (!file.ends_with(".json")) return from_lines(text, file);
  auto json = parse_json(text);
  if (!json) return std::move(json).error().in(file);
  return from_json(*json, file);
}

}  // namespace glowplug::optimize
