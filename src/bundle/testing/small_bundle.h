#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "bundle/bundle.h"
#include "bundle/bundle_writer.h"
#include "bundle/prepared.h"

/// A small whole bundle to test with. Its model is no real one: nothing here runs it.
namespace glowplug::bundle::testing {

/// What the manifest of the small bundle says, but for its files.
[[nodiscard]] Manifest small_manifest();
/// model/model.onnx, model/weights/w.bin and two samples. Another `salt` makes another digest.
/// Aborts if it cannot be written.
Bundle make_small_bundle(const std::filesystem::path& target, std::string_view salt = "one");
/// Index of a prepared form of `bundle` whose main file is "model.ort".
[[nodiscard]] PreparedIndex small_index(const Bundle& bundle);
/// A folder `folder` with the files of such a form.
void make_form(const std::filesystem::path& folder, std::string_view content = "optimized");
/// Writes a file whatever is there, folders included.
void overwrite(const std::filesystem::path& path, std::string_view bytes);

}  // namespace glowplug::bundle::testing
