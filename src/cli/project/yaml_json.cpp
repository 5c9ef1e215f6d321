#include "cli/project/yaml_json.h"

#include <fmt/format.h>

#include <optional>

#include "base/number.h"
#include "cli/project/yaml_node_json.h"

namespace glowplug::cli {
namespace {

constexpr int kMostDepth = 64;
constexpr int kMostValues = 100'000;

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (const auto whole = number_in<std::int64_t>(text)) return *whole;
  const bool numeric = text.find_first_not_of("0123456789+-.eE") == std::string::npos;
  if (const auto real = number_in<double>(text); real && numeric) return *real;
  return text;
}

/// Converts one document.
class Converter {
 public:
  explicit Converter(const std::string& file) : file_(file) {}

  Result<Json> convert(const YAML::Node& node, int depth = 0) {
    if (depth > kMostDepth || ++values_ > kMostValues)
      return wrong(node, "the document is too deep or too large");
    switch (node.Type()) {
      case YAML::NodeType::Sequence:
        return list(node, depth);
      case YAML::NodeType::Map:
        return object(node, depth);
      case YAML::NodeType::Scalar:
        return node.Tag() == "!" ? Json(node.Scalar()) : plain_scalar(node.Scalar());
      default:
        return Json();
    }
  }

 private:
  Result<Json> list(const YAML::Node& node, int depth) {
    Json list = Json::array();
    for (const YAML::Node& one : node) {
      GLOWPLUG_ASSIGN(Json value, convert(one, depth + 1));
      list.push_back(std::move(value));
    }
    return list;
  }

  Result<Json> object(const YAML::Node& node, int depth) {
    Json object = Json::object();
    for (const auto& pair : node) {
      if (!pair.first.IsScalar()) return wrong(pair.first, "a key must be a text");
      const std::string& key = pair.first.Scalar();
      if (object.contains(key)) return wrong(pair.first, fmt::format("\"{}\" stands twice", key));
      GLOWPLUG_ASSIGN(object[key], convert(pair.second, depth + 1));
    }
    return object;
  }

  [[nodiscard]] Error wrong(const YAML::Node& node, const std::string& what) const {
    return invalid_argument(
        fmt::format("{}:{}:{}: {}", file_, node.Mark().line + 1, node.Mark().column + 1, what));
  }

  const std::string& file_;
  int values_ = 0;
};

}  // namespace

Result<Json> json_of_node(const YAML::Node& node, const std::string& file_name) {
  return Converter(file_name).convert(node);
}

Result<Json> json_of_yaml(std::string_view text, const std::string& file_name) {
  try {
    return Converter(file_name).convert(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    return invalid_argument(fmt::format("{}:{}:{}: {}", file_name, error.mark.line + 1,
                                        error.mark.column + 1, error.msg));
  }
}

}  // namespace glowplug::cli
