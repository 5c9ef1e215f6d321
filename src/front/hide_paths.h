#pragma once
#include <string>
#include <string_view>

namespace glowplug::front {

/// An error's text without where things lie on this machine, for clients: of each absolute path
/// only the last part stays. "open /srv/b/iris.glow/model.onnx: no such file" becomes
/// "open model.onnx: no such file". What is no path of a file ("/v2/models", "n/a", "//") stays.
[[nodiscard]] std::string hide_paths(std::string_view text);

}  // namespace glowplug::front
