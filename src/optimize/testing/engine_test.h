#pragma once
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "base/file.h"
#include "base/installation.h"
#include "engine/onnxruntime/onnxruntime.h"
#include "optimize/testing/in_process_runners.h"

namespace glowplug::optimize::testing {

/// A test with ONNX Runtime in its own process, the models of tests/models and a folder of its own.
class EngineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = engine::open_onnxruntime(engine_library_path());
    ASSERT_TRUE(opened) << opened.error().message << "\n" << opened.error().fix;
    engine_ = *std::move(opened);
    runners_ = std::make_unique<InProcessRunners>(*engine_);
    auto folder = TemporaryFolder::create();
    ASSERT_TRUE(folder) << folder.error().message;
    folder_ = std::make_unique<TemporaryFolder>(*std::move(folder));
  }

  [[nodiscard]] InProcessRunners& runners() { return *runners_; }
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_->path(); }
  [[nodiscard]] static std::filesystem::path model(const std::string& name) {
    return std::filesystem::path(GLOWPLUG_TEST_MODELS) / (name + ".onnx");
  }

 private:
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<InProcessRunners> runners_;
  std::unique_ptr<TemporaryFolder> folder_;
};

}  // namespace glowplug::optimize::testing
