#pragma once
#include <yaml-cpp/yaml.h>

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace glowplug::cli {

/// One value of a document, as json_of_yaml has the whole.
[[nodiscard]] Result<Json> json_of_node(const YAML::Node& node, const std::string& file_name);

}  // namespace glowplug::cli
