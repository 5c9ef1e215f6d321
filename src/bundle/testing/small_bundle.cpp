#include "bundle/testing/small_bundle.h"

#include <cstring>

#include "base/file.h"
#include "base/sha256.h"

namespace glowplug::bundle::testing {
namespace {

Sample sample_of(float value) {
  Tensor tensor{Datatype::fp32, {1, 2}, std::vector<std::byte>(2 * sizeof(float))};
  std::memcpy(tensor.bytes.data(), &value, sizeof value);
  return {{{"x", std::move(tensor)}}};
}

}  // namespace

Manifest small_manifest() {
  Manifest manifest;
  manifest.name = "small";
  manifest.engine = "onnxruntime";
  manifest.model = "model/model.onnx";
  manifest.signature = {.inputs = {{"x", Datatype::fp32, {-1, 2}, false, {}}},
                        .outputs = {{"y", Datatype::fp32, {-1, 3}, false, {"a", "b", "c"}}},
                        .max_batch = 32};
  manifest.source = {"small.onnx", sha256_hex("source")};
  manifest.license = "Apache-2.0";
  manifest.producer = "glowplug 0.1.0";
  return manifest;
}

Bundle make_small_bundle(const std::filesystem::path& target, std::string_view salt) {
  auto writer = BundleWriter::create(target, BundleWriter::Existing::replace);
  GLOWPLUG_CHECK(writer.has_value());
  GLOWPLUG_CHECK(writer->add_bytes("model/model.onnx", std::string("model ") += salt));
  GLOWPLUG_CHECK(writer->add_bytes("model/weights/w.bin", std::string(1000, 'w')));
  GLOWPLUG_CHECK(writer->add_sample("ones", sample_of(1)));
  GLOWPLUG_CHECK(writer->add_sample("zeros", sample_of(0)));
  const auto digest = writer->seal(small_manifest());
  GLOWPLUG_CHECK(digest.has_value());
  GLOWPLUG_CHECK(write_record(writer->folder(), *digest, "export", {{"schema", 1}}));
  auto bundle = writer->publish();
  GLOWPLUG_CHECK(bundle.has_value());
  return *std::move(bundle);
}

PreparedIndex small_index(const Bundle& bundle) {
  PreparedIndex index;
  index.target = {"onnxruntime", sha256_hex("library"), "x86-64-avx2"};
  index.engine_version = "1.28.0";
  index.digest = bundle.digest();
  index.main_file = "model.ort";
  index.samples_compared = 2;
  index.largest_difference = 1e-7;
  return index;
}

void make_form(const std::filesystem::path& folder, std::string_view content) {
  overwrite(folder / "model.ort", content);
  overwrite(folder / "data/weights.bin", "weights");
}

void overwrite(const std::filesystem::path& path, std::string_view bytes) {
  std::filesystem::create_directories(path.parent_path());
  GLOWPLUG_CHECK(write_file_atomically(path, bytes, false));
}

}  // namespace glowplug::bundle::testing
