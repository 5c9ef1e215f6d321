#include "engine/native/native.h"

namespace glowplug::engine::native {
namespace {

class NativeEngine final : public engine::Engine {
 public:
  [[nodiscard]] std::string_view name() const override { return kEngineName; }
  [[nodiscard]] std::string_view version() const override { return kEngineVersion; }
  [[nodiscard]] const Capabilities& capabilities() const override { return capabilities_; }
  [[nodiscard]] Result<std::unique_ptr<engine::Session>> open(
      const std::filesystem::path& model, const OpenOptions& /*options*/) override {
    GLOWPLUG_ASSIGN(std::unique_ptr<NativeSession> session, NativeSession::open(model, kernels_));
    return std::unique_ptr<engine::Session>(std::move(session));
  }
  [[nodiscard]] Result<std::string> prepare(const std::filesystem::path& /*model*/,
                                            const std::filesystem::path& /*into*/) override {
    return Error{Code::unimplemented, "the native engine only opens what export has compiled", {}};
  }

 private:
  const Kernels& kernels_ = kernels_of_this_cpu();
  const Capabilities capabilities_{
      .datatypes = {Datatype::bool_, Datatype::int32, Datatype::int64, Datatype::fp32,
                    Datatype::fp64, Datatype::bytes},
      .dynamic_shapes = true,
      .zero_sized = true,
      .optional_inputs = true,
      .several_inputs = true,
      .output_subset = true,
      .scalars = true,
      .prepared = false,
  };
};

}  // namespace

std::unique_ptr<engine::Engine> open_native() { return std::make_unique<NativeEngine>(); }

}  // namespace glowplug::engine::native
