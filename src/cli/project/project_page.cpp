#include "cli/project/project_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "cli/project/project_keys.h"
#include "cli/project/project_schema.h"
#include "model/function_settings.h"

namespace glowplug::cli {
namespace {

constexpr std::string_view kHead =
    R"(<!-- Written by `glowplug __docs .` from src/cli/project; do not edit. -->
# glowplug.yaml

What `up`, `add` and `config` read in a project's folder. Only `name` and `model.source` are needed.

```yaml
# yaml-language-server: $schema=glowplug.schema.json
name: iris
requires: ">=0.1"
model: {source: model.onnx}
function: {memory: 256MiB, timeout: 5s, max_instances: 4, idle_timeout: 60s}
```

- A key that is not known is an error with its place, also where another tool has that name for something of ours.
- Durations and sizes need a unit: `5s`, `50ms`, `256MiB`; a bare `0` is fine.
- Paths are relative to the file. `${env:NAME}` in a value becomes that variable; nothing else is computed.
- A value that is only a comment counts as not there.
- A flag beats an environment variable, which beats the file, which beats the default; `glowplug config` shows who won.
- `up` and `add` copy `function` into the function's record in the store, which beats the flags of `serve`.
- `glowplug config schema` prints the JSON Schema; this version's is [glowplug.schema.json](glowplug.schema.json).

| key | default | meaning |
|---|---|---|
)";

std::string row(std::string_view key, std::string_view fallback, std::string_view meaning) {
  return fmt::format("| `{}` | {} | {} |\n", key, fallback, meaning);
}

std::string table() {
  std::string text;
  for (const ProjectKey& key : root_keys()) {
    if (!key.later && key.name != "model" && key.name != "function")
      text += row(key.name, "", key.meaning);
  }
  for (const ProjectKey& key : model_keys()) {
    if (!key.later) text += row(fmt::format("model.{}", key.name), "", key.meaning);
  }
  for (const SettingRow& setting : function_setting_rows())
    text += row(fmt::format("function.{}", setting.key),
                fmt::format("`{}`", setting.write(FunctionSettings{})), setting.meaning);
  return text;
}

std::string later_keys() {
  std::vector<std::string> names;
  const auto add = [&names](std::span<const ProjectKey> keys, std::string_view before) {
    for (const ProjectKey& key : keys) {
      if (key.later) names.push_back(fmt::format("`{}{}`", before, key.name));
    }
  };
  add(root_keys(), "");
  add(model_keys(), "model.");
  add(later_function_keys(), "function.");
  return fmt::format("\nTaken, with a remark that this version does not act on them: {}.\n",
                     fmt::join(names, ", "));
}

}  // namespace

std::map<std::string, std::string> project_documents() {
  return {{"docs/project-file.md", std::string(kHead) + table() + later_keys()},
          {"docs/glowplug.schema.json", project_schema().dump(2) + "\n"}};
}

}  // namespace glowplug::cli
