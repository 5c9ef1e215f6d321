#pragma once
#include <filesystem>
#include <memory>

#include "bundle/bundle.h"
#include "engine/native/session.h"
#include "model/function_settings.h"

namespace glowplug::gateway {

/// A plan that was verified, opened and run once. May be made on one thread and used on another.
struct NativeModel {
  std::filesystem::path plan;
  std::unique_ptr<engine::native::NativeSession> session;
};

/// Opens what export compiled from the model of a bundle. Errors: failed_precondition (there is
/// nothing, or it is of another version; the text says why), those of opening a plan.
[[nodiscard]] Result<NativeModel> open_native_model(const bundle::Bundle& bundle);

}  // namespace glowplug::gateway
