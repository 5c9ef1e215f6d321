#include "cli/project/project_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "base/file.h"
#include "base/json.h"
#include "base/nearest.h"
#include "base/utf8.h"
#include "base/version.h"
#include "cli/declaration/foreign_names.h"
#include "cli/project/project_keys.h"
#include "cli/project/source_place.h"
#include "cli/project/substitute.h"
#include "cli/project/version_range.h"
#include "cli/project/yaml_json.h"
#include "cli/project/yaml_node_json.h"

namespace glowplug::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

SourcePlace place_of(const YAML::Mark& mark, std::size_t length = 1) {
  return {static_cast<std::size_t>(std::max(mark.line, 0)),
          static_cast<std::size_t>(std::max(mark.column, 0)), length};
}

SourcePlace place_of(const YAML::Node& node) {
  return place_of(node.Mark(), node.IsScalar() ? node.Scalar().size() : 1);
}

bool is_empty(const YAML::Node& node) { return node.IsNull(); }

std::string dotted(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

/// Reads one document into a ProjectFile; every method leaves with a Failure at the place.
class Reader {
 public:
  Reader(const SourceText& source, const Lookup& environment, std::filesystem::path path)
      : source_(source), environment_(environment) {
    project_.path = std::move(path);
  }

  Attempt<ProjectFile> read(const YAML::Node& root) && {
    if (!root.IsMap()) return source_.failure({}, "a project file is a map of keys", "name: iris");
    GLOWPLUG_TRY(check_version(root));
    GLOWPLUG_TRY(check_keys(root, ""));
    GLOWPLUG_TRY(read_name(root));
    GLOWPLUG_TRY(read_model(root["model"]));
    GLOWPLUG_TRY(read_handler(root["handler"]));
    GLOWPLUG_TRY(read_function(root["function"]));
    return std::move(project_);
  }

 private:
  using Step = Attempt<std::monostate>;

  /// First of all: an unknown key of a file that needs a newer program is no typing mistake.
  Step check_version(const YAML::Node& root) {
    const YAML::Node node = root["requires"];
    if (!node || is_empty(node)) return std::monostate{};
    GLOWPLUG_ASSIGN(const std::string range, scalar(node, "requires"));
    auto fits = in_version_range(kVersion, range);
    if (!fits) return at(node, std::move(fits).error().in("requires"));
    if (*fits) return std::monostate{};
    return source_.failure(
        place_of(node), fmt::format("this project needs glowplug {}, this is {}", range, kVersion),
        "install that version");
  }

  Step check_keys(const YAML::Node& map, std::string_view section) {
    const std::vector<std::string> known = keys_of(section);
    std::set<std::string> seen;
    for (const auto& entry : map) {
      const YAML::Node& key = entry.first;
      if (!key.IsScalar()) return source_.failure(place_of(key), "a key has to be a word");
      if (std::find(known.begin(), known.end(), key.Scalar()) == known.end())
        return unknown_key(key, section, known);
      if (!seen.insert(key.Scalar()).second)
        return source_.failure(place_of(key),
                               fmt::format("{} is there twice", dotted(section, key.Scalar())));
      note_later(key.Scalar(), section);
    }
    return std::monostate{};
  }

  Failure unknown_key(const YAML::Node& key, std::string_view section,
                      const std::vector<std::string>& known) {
    const std::string message = fmt::format("unknown key {}", dotted(section, key.Scalar()));
    if (const auto foreign = foreign_setting(key.Scalar())) {
      const bool here = std::find(known.begin(), known.end(), foreign->ours) != known.end();
      const std::string remark =
          foreign->ours.empty()
              ? fmt::format("{}'s name; {}", foreign->tool, foreign->remark)
              : fmt::format("{}'s name; here it is `{}`{}", foreign->tool,
                            dotted(here ? section : home_of(foreign->ours), foreign->ours),
                            foreign->remark);
      return source_.failure(place_of(key), message, fix_for(foreign->ours), remark);
    }
    if (const auto near = nearest(key.Scalar(), known))
      return source_.failure(place_of(key), message, *near + ":",
                             fmt::format("did you mean `{}`?", *near));
    return source_.failure(place_of(key), message,
                           fmt::format("keys here: {}", fmt::join(known, ", ")));
  }

  /// The section that has `key`; empty: the file itself, or none (a flag).
  static std::string_view home_of(std::string_view key) {
    for (const std::string_view section : {"function", "model"}) {
      const auto keys = keys_of(section);
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) return section;
    }
    return "";
  }

  static std::string fix_for(std::string_view key) {
    const auto rows = function_setting_rows();
    const auto row = std::find_if(rows.begin(), rows.end(),
                                  [key](const SettingRow& one) { return one.key == key; });
    if (row != rows.end())
      return fmt::format("{}: {}   (glowplug config explain function.{})", key, row->example, key);
    const auto root = keys_of("");
    const bool in_file =
        !home_of(key).empty() || std::find(root.begin(), root.end(), key) != root.end();
    if (in_file) return fmt::format("{}:", key);
    if (key.empty()) return "leave it out";
    return fmt::format("leave it out; it is a flag of serve and up (glowplug config explain {})",
                       key);
  }

  void note_later(std::string_view key, std::string_view section) {
    const auto keys =
        section.empty() ? root_keys() : (section == "model" ? model_keys() : later_function_keys());
    const bool later = std::any_of(keys.begin(), keys.end(), [key](const ProjectKey& one) {
      return one.name == key && one.later;
    });
    if (later) project_.passed_over.push_back(dotted(section, key));
  }

  Step read_name(const YAML::Node& root) {
    const YAML::Node node = root["name"];
    if (!node || is_empty(node))
      return source_.failure({}, "the key name is missing", "name: iris");
    GLOWPLUG_ASSIGN(project_.name, scalar(node, "name"));
    return std::monostate{};
  }

  Step read_model(const YAML::Node& model) {
    if (!model || is_empty(model))
      return source_.failure({}, "the key model is missing", "model: {source: model.onnx}");
    if (!model.IsMap())
      return source_.failure(place_of(model), "model has to be a map",
                             "model: {source: model.onnx}");
    GLOWPLUG_TRY(check_keys(model, "model"));
    const YAML::Node node = model["source"];
    if (!node || is_empty(node))
      return source_.failure(place_of(model), "the key model.source is missing",
                             "source: model.onnx");
    GLOWPLUG_ASSIGN(const std::string file, scalar(node, "model.source"));
    project_.model = (project_.path.parent_path() / file).lexically_normal();
    project_.places["model.source"] = source_.where(place_of(node));
    return std::monostate{};
  }

  Step read_handler(const YAML::Node& handler) {
    if (!handler || is_empty(handler)) return std::monostate{};
    project_.handler_folder = project_.path.parent_path();
    if (handler.IsMap()) {
      auto spec = json_of_node(handler, project_.path.filename().string());
      if (!spec) return at(handler, std::move(spec).error().in("handler"));
      project_.handler = *std::move(spec);
      return std::monostate{};
    }
    GLOWPLUG_ASSIGN(const std::string file, scalar(handler, "handler"));
    const auto path = (project_.path.parent_path() / file).lexically_normal();
    auto text = read_file(path, kMostBytes);
    if (!text) return at(handler, std::move(text).error().in("handler"));
    auto spec = json_of_yaml(*text, path.filename().string());
    if (!spec) return at(handler, std::move(spec).error().in("handler"));
    project_.handler = *std::move(spec);
    project_.handler_folder = path.parent_path();
    return std::monostate{};
  }

  Step read_function(const YAML::Node& function) {
    if (!function || is_empty(function)) return std::monostate{};
    if (!function.IsMap())
      return source_.failure(place_of(function), "function has to be a map",
                             "function: {memory: 256MiB}");
    GLOWPLUG_TRY(check_keys(function, "function"));
    for (const SettingRow& row : function_setting_rows()) {
      const YAML::Node node = function[std::string(row.key)];
      if (node && !is_empty(node)) GLOWPLUG_TRY(read_setting(row, node));
    }
    if (auto together = glowplug::apply(FunctionSettings{}, project_.function); !together)
      return at(function, std::move(together).error().in("function"));
    return std::monostate{};
  }

  Step read_setting(const SettingRow& row, const YAML::Node& node) {
    const std::string key = dotted("function", row.key);
    GLOWPLUG_ASSIGN(std::string text, setting_text(row, node, key));
    FunctionSettings settings;
    if (auto read = row.read(settings, text); !read) {
      Error error = std::move(read).error().in(key);
      if (error.fix.empty()) error.fix = fmt::format("{}: {}", row.key, row.example);
      return at(node, std::move(error));
    }
    project_.places[std::string(row.key)] = source_.where(place_of(node));
    project_.function[std::string(row.key)] = std::move(text);
    return std::monostate{};
  }

  /// Variables may be a map, secrets and hosts a list.
  Attempt<std::string> setting_text(const SettingRow& row, const YAML::Node& node,
                                    std::string_view key) {
    if (row.type == "variables" && node.IsMap()) {
      Json variables = Json::object();
      for (const auto& entry : node) {
        GLOWPLUG_ASSIGN(const std::string name, scalar(entry.first, key));
        GLOWPLUG_ASSIGN(variables[name], scalar(entry.second, dotted(key, name)));
      }
      return variables.dump(-1, ' ', false, Json::error_handler_t::replace);
    }
    const bool is_list = row.type == "secrets" || row.type == "hosts";
    if (!is_list || !node.IsSequence()) return scalar(node, key);
    std::vector<std::string> names;
    for (const auto& entry : node) {
      GLOWPLUG_ASSIGN(std::string name, scalar(entry, key));
      names.push_back(std::move(name));
    }
    return fmt::format("{}", fmt::join(names, ","));
  }

  Attempt<std::string> scalar(const YAML::Node& node, std::string_view key) {
    if (!node.IsScalar())
      return source_.failure(place_of(node), fmt::format("{} has to be one value, not a {}", key,
                                                         node.IsMap() ? "map" : "list"));
    auto text = substitute(node.Scalar(), environment_);
    if (!text) return at(node, std::move(text).error().in(key));
    return *std::move(text);
  }

  Failure at(const YAML::Node& node, Error error) {
    return source_.failure(place_of(node), std::move(error.message), std::move(error.fix));
  }

  const SourceText& source_;
  const Lookup& environment_;
  ProjectFile project_;
};

SourcePlace place_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  const std::size_t start = before.rfind('\n');  // npos + 1 is 0
  return {line, offset - (start + 1)};
}

/// Where the content of a second document starts: the line behind a "---" that follows content; the
/// text's size if there is none.
std::size_t second_document(std::string_view text) {
  bool content = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    const bool marker = line.starts_with("---") && (line.size() == 3 || line[3] == ' ');
    if (marker && content) return std::min(end + 1, text.size() - 1);
    const bool blank = line.find_first_not_of(" \t\r") == std::string_view::npos;
    content = content || !(marker || blank || line.starts_with('#') || line.starts_with('%'));
    at = end + 1;
  }
  return text.size();
}

}  // namespace

Attempt<ProjectFile> parse_project(std::string_view text, const std::filesystem::path& path,
                                   const Lookup& environment) {
  const SourceText source{path.filename().string(), text};
  if (const std::size_t good = utf8_prefix(text); good < text.size())
    return source.failure(place_at(text, good), "this is not UTF-8", "save the file as UTF-8");
  try {
    if (const std::size_t second = second_document(text); second < text.size())
      return source.failure(place_at(text, second), "the file holds more than one document",
                            "keep one");
    // Only one is loaded: of all, the library makes endlessly many out of a lone comma.
    const YAML::Node document = YAML::Load(std::string(text));
    if (!document || document.IsNull())
      return source.failure({}, "the file is empty", "name: iris");
    return Reader(source, environment, path).read(document);
  } catch (const YAML::Exception& refused) {
    return source.failure(place_of(refused.mark), "this is not YAML: " + refused.msg);
  }
}

Attempt<ProjectFile> read_project(const std::filesystem::path& path, const Lookup& environment) {
  GLOWPLUG_ASSIGN(const std::string text, read_file(path, kMostBytes));
  return parse_project(text, path, environment);
}

std::string note_on_passed_over(const ProjectFile& project) {
  if (project.passed_over.empty()) return "";
  return fmt::format("{}: this version does not act on {}", project.path.filename().string(),
                     fmt::join(project.passed_over, ", "));
}

}  // namespace glowplug::cli
