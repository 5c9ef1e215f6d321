#include "cli/project/project_keys.h"

#include <array>

#include "model/function_settings.h"

namespace glowplug::cli {
namespace {

constexpr std::array kRoot = {
    ProjectKey{"name", "name of the function and of its bundle"},
    ProjectKey{"requires", "versions of glowplug that this project works with, e.g. \">=0.1\""},
    ProjectKey{"model", "the trained model"},
    ProjectKey{"function", "how the function is served"},
    ProjectKey{"train", "how the model is trained", true},
    ProjectKey{"evaluate", "data and required metrics", true},
    ProjectKey{"optimize", "precisions to try and the largest loss of a metric", true},
    ProjectKey{"handler",
               "how events become tensors and tensors answers: \"input\" and \"output\", or a file "
               "with them (docs/handlers.md)"},
    ProjectKey{"gateway", "routes, keys, throttling", true},
    ProjectKey{"package", "files and requirements of the package", true},
    ProjectKey{"targets", "platforms to deploy to", true},
    ProjectKey{"stages", "overlays for stages", true},
    ProjectKey{"monitor", "drift, alerts, logs, traces", true},
    ProjectKey{"scale", "targets of scaling", true},
    ProjectKey{"budget", "limits of cost and size", true},
};
constexpr std::array kModel = {
    ProjectKey{"source", "the model's file, relative to this one"},
    ProjectKey{"format", "format of the source, where its name does not say it", true},
};
constexpr std::array kLaterFunction = {
    ProjectKey{"cpu", "CPUs of each process", true},
    ProjectKey{"concurrency", "requests that a handler takes at once", true},
};

}  // namespace

std::span<const ProjectKey> root_keys() { return kRoot; }
std::span<const ProjectKey> model_keys() { return kModel; }
std::span<const ProjectKey> later_function_keys() { return kLaterFunction; }

std::vector<std::string> keys_of(std::string_view section) {
  std::vector<std::string> names;
  const auto keys =
      section.empty() ? root_keys() : (section == "model" ? model_keys() : later_function_keys());
  for (const ProjectKey& key : keys) names.emplace_back(key.name);
  if (section == "function") {
    for (const SettingRow& row : function_setting_rows()) names.emplace_back(row.key);
  }
  return names;
}

}  // namespace glowplug::cli
