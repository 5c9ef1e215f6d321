#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "front/served_function.h"
#include "gateway/function_source.h"
#include "gateway/native_model.h"
#include "instances/ring/template_spec.h"
#include "store/store.h"

namespace glowplug::gateway {

/// What is the same for all functions of a gateway.
struct LoaderOptions {
  std::filesystem::path engine_library;
  std::string cpu_level;  ///< as base/cpu.h names it
  bool sandbox = true;
};

/// A function version that was checked and can be served.
struct LoadedFunction {
  Wanted wanted;
  front::FunctionDescription description;
  instances::TemplateSpec spec;  ///< without `run_as`
  std::optional<store::Lease> lease;
  std::string form_reason;  ///< why the prepared or the portable form serves
  /// The model compiled for the native engine, which then serves; `spec` is for batches that are
  /// too long for the loop.
  std::optional<NativeModel> native;
  std::string not_native;  ///< why not, if it was not asked to be so; else empty
};

/// Leases a bundle, checks every file of it by hash and chooses the form to serve. Takes as long as
/// reading the bundle: not on the loop's thread. Errors: those of Bundle::open and of the lease;
/// unavailable (the engine's library is missing, with the fix).
[[nodiscard]] Result<LoadedFunction> load_function(const Wanted& wanted, FunctionSource& source,
                                                   const LoaderOptions& options);

}  // namespace glowplug::gateway
