#include "base/json.h"

#include <fmt/format.h>

#include <set>
#include <vector>

namespace glowplug {
namespace {

std::string place_of(std::string_view text, std::size_t byte) {
  const std::string_view before = text.substr(0, std::min(byte, text.size()));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t start = before.rfind('\n');
  const std::size_t column = before.size() - (start == std::string_view::npos ? 0 : start + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

/// Sees every event of the parse; refuses what nlohmann's own parser lets pass.
struct Strictness {
  int max_depth;
  std::string refused;
  std::vector<std::set<std::string>> keys;

  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    if (depth > max_depth) refused = fmt::format("more than {} levels deep", max_depth);
    switch (event) {
      case Json::parse_event_t::object_start:
        keys.emplace_back();
        break;
      case Json::parse_event_t::object_end:
        keys.pop_back();
        break;
      case Json::parse_event_t::key:
        if (!keys.back().insert(value.get<std::string>()).second)
          refused = fmt::format("key \"{}\" stands twice", value.get<std::string>());
        break;
      default:
        break;
    }
    return true;
  }
};

}  // namespace

Result<Json> parse_json(std::string_view text, int max_depth) {
  // nlohmann's parser is not recursive, but nesting is counted before it so that hostile depth
  // costs no memory.
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > max_depth) {
        return Error{
            Code::invalid_argument,
            fmt::format("JSON is more than {} levels deep at {}", max_depth, place_of(text, i)),
            {}};
      }
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  Strictness strict{max_depth, {}, {}};
  try {
    Json value = Json::parse(text.begin(), text.end(),
                             [&strict](int level, Json::parse_event_t event, Json& part) {
                               return strict(level, event, part);
                             });
    if (!strict.refused.empty())
      return Error{Code::invalid_argument, "JSON: " + strict.refused, {}};
    return value;
  } catch (const Json::parse_error& error) {
    return Error{
        Code::invalid_argument,
        fmt::format("not JSON at {}", place_of(text, error.byte == 0 ? 0 : error.byte - 1)),
        {}};
  } catch (const Json::exception&) {
    return Error{Code::invalid_argument, "not JSON: a number is out of range", {}};
  }
}

std::string canonical_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string quote_json(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace glowplug
