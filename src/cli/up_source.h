#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/json.h"
#include "cli/session.h"
#include "cli/terminal/failure.h"
#include "model/function_settings.h"
#include "optimize/code/export_code.h"

namespace glowplug::cli {

/// What `up` brings up.
struct UpSource {
  std::string name;
  std::filesystem::path model;
  Json handler;  ///< of the project; null: what the files beside the model say
  std::filesystem::path handler_folder;
  std::optional<optimize::code::CodeRequest> code = {};  ///< `model` is a handler of code
  GivenSettings settings;  ///< of the project, then environment and flags over them
};

/// The model, code or project that is named, or glowplug.yaml of `folder`, or its only .onnx file,
/// or handler.py.
/// Failures: not_found (nothing to bring up), those of read_project, usage (several models).
[[nodiscard]] Attempt<UpSource> find_up_source(const Session& session,
                                               const std::filesystem::path& folder);

}  // namespace glowplug::cli
