#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/sha256.h"
#include "bundle/bundle_writer.h"

namespace glowplug::gateway::testing {

/// Writes FOLDER/NAME.glow around a model file that takes x FP32[-1,-1] and gives y of that shape;
/// another `license` makes another digest. Returns its path.
inline std::filesystem::path write_bundle(const std::filesystem::path& folder,
                                          const std::string& name,
                                          const std::filesystem::path& model,
                                          const std::string& license = "MIT") {
  const auto target = folder / (name + ".glow");
  auto writer = bundle::BundleWriter::create(target, bundle::BundleWriter::Existing::replace);
  EXPECT_TRUE(writer) << writer.error().message;
  EXPECT_TRUE(writer->add_file("model/model.onnx", model));
  bundle::Manifest manifest;
  manifest.name = name;
  manifest.engine = "onnxruntime";
  manifest.model = "model/model.onnx";
  manifest.signature.inputs = {{"x", Datatype::fp32, {-1, -1}, false, {}}};
  manifest.signature.outputs = {{"y", Datatype::fp32, {-1, -1}, false, {}}};
  manifest.signature.max_batch = 32;
  manifest.source = {"model.onnx", std::string(64, '0')};
  manifest.license = license;
  manifest.producer = "glowplug 0.1.0";
  EXPECT_TRUE(writer->seal(manifest));
  const auto published = writer->publish();
  EXPECT_TRUE(published) << published.error().message;
  return target;
}

/// Changes the last byte of the bundle's model: no hash fits any more.
inline void damage_model(const std::filesystem::path& bundle_folder) {
  const auto model = bundle_folder / "model" / "model.onnx";
  auto bytes = read_file(model);
  ASSERT_TRUE(bytes);
  bytes->back() = static_cast<char>(~bytes->back());
  ASSERT_TRUE(write_file_atomically(model, *bytes, false));
}

}  // namespace glowplug::gateway::testing
