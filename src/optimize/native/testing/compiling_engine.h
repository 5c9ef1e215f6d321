#pragma once
#include <memory>
#include <vector>

#include "base/file.h"
#include "engine/native/native.h"
#include "model/onnx/onnx_model.h"
#include "model/onnx/signature.h"
#include "optimize/native/compile.h"

namespace glowplug::optimize::native::testing {

/// The native engine with the compiler before it: opens ONNX files.
class CompilingEngine final : public engine::Engine {
 public:
  CompilingEngine() : capabilities_(native_->capabilities()) { capabilities_.prepared = true; }
  [[nodiscard]] std::string_view name() const override { return native_->name(); }
  [[nodiscard]] std::string_view version() const override { return native_->version(); }
  [[nodiscard]] const engine::Capabilities& capabilities() const override { return capabilities_; }
  [[nodiscard]] Result<std::unique_ptr<engine::Session>> open(
      const std::filesystem::path& model, const engine::OpenOptions& options) override {
    if (options.prepared) return native_->open(model, options);
    GLOWPLUG_ASSIGN(const TemporaryFolder folder, TemporaryFolder::create());
    GLOWPLUG_ASSIGN(const std::string file, prepare(model, folder.path()));
    return native_->open(folder.path() / file, options);
  }
  [[nodiscard]] Result<std::string> prepare(const std::filesystem::path& model,
                                            const std::filesystem::path& into) override {
    GLOWPLUG_ASSIGN(const std::vector<std::byte> plan, compile_file(model));
    const std::string file(engine::native::kPlanFile);
    GLOWPLUG_TRY(write_file_atomically(
        into / file, {reinterpret_cast<const char*>(plan.data()), plan.size()}, false));
    return file;
  }

  /// The plan of an ONNX file; dimensions of -1 are 3 in the trial.
  [[nodiscard]] static Result<std::vector<std::byte>> compile_file(
      const std::filesystem::path& model, bool rows_independent = false) {
    GLOWPLUG_ASSIGN(const onnx::ModelFile file, onnx::ModelFile::open(model));
    GLOWPLUG_ASSIGN(const Signature signature, onnx::signature_of_onnx(file.model()));
    std::vector<Shape> shapes;
    for (const TensorSpec& input : signature.inputs) {
      Shape shape = input.shape;
      for (std::int64_t& size : shape) size = size < 0 ? 3 : size;
      shapes.push_back(std::move(shape));
    }
    return compile({file.model(), signature, shapes, rows_independent});
  }

 private:
  std::unique_ptr<engine::Engine> native_ = engine::native::open_native();
  engine::Capabilities capabilities_;
};

}  // namespace glowplug::optimize::native::testing
