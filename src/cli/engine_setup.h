#pragma once
#include <filesystem>
#include <memory>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "bundle/prepared.h"
#include "cli/declaration/invocation.h"
#include "model/function_environment.h"
#include "model/runner.h"

namespace glowplug::cli {

/// The programs that run a model, found and looked at.
struct EngineSetup {
  std::filesystem::path handler;
  std::filesystem::path library;
};
/// Errors: unavailable (not there, not executable), each with the fix. Before any slow work.
[[nodiscard]] Result<EngineSetup> find_engine(const Invocation& invocation);

/// What prepared forms of this machine are made for. `cache`: see bundle::library_sha256.
[[nodiscard]] Result<bundle::PreparedTarget> target_of(const EngineSetup& setup,
                                                       const std::filesystem::path& cache = {});

/// For one load, run or preparation of a model where no --timeout says otherwise.
inline constexpr Duration kStepTimeout = seconds(120);

/// How a function runs.
struct RunnerSettings {
  Duration load_timeout = kStepTimeout;
  Duration run_timeout = kStepTimeout;
  Variables environment;  ///< of code, secrets among it
};

/// Runs models in sandboxed children that are ended when a step takes longer than `timeout`; as a
/// user of their own when this is root. The thread that uses it must be the one that ends last.
[[nodiscard]] Result<std::unique_ptr<RunnerFactory>> make_runners(const EngineSetup& setup,
                                                                  std::string_view function,
                                                                  Duration timeout = kStepTimeout);
[[nodiscard]] Result<std::unique_ptr<RunnerFactory>> make_runners(const EngineSetup& setup,
                                                                  std::string_view function,
                                                                  RunnerSettings settings);

}  // namespace glowplug::cli
