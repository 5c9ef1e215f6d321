#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/onnx/onnx_model.h"

namespace glowplug::onnx {

/// Names of the files that hold weights of the model (TensorProto.external_data "location"),
/// sorted, each once, relative to the model's folder. Subgraphs, functions and attributes count.
/// Errors: invalid_argument naming tensor and location: absolute, with "..", "." or empty parts, or
/// without a location.
[[nodiscard]] Result<std::vector<std::string>> external_files(const Model& model);

/// The same, each found in `folder` as a regular file that no link on the way leads to.
/// Errors: as above; not_found, invalid_argument (a link or special file), naming the file.
[[nodiscard]] Result<std::vector<std::string>> external_files_in(
    const Model& model, const std::filesystem::path& folder);

}  // namespace glowplug::onnx
