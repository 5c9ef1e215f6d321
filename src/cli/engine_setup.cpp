#include "cli/engine_setup.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/cpu.h"
#include "base/installation.h"
#include "bundle/library_hash.h"
#include "instances/runner.h"
#include "instances/user_range.h"

namespace glowplug::cli {
namespace {

std::filesystem::path given_path(const Invocation& invocation, std::string_view flag) {
  const auto given = invocation.given(flag);
  return given ? std::filesystem::path(given->text) : std::filesystem::path();
}

Error missing(std::string_view what, const std::filesystem::path& path, std::string fix) {
  return Error{Code::unavailable, fmt::format("{} is not there: {}", what, path.string()),
               std::move(fix)};
}

}  // namespace

Result<EngineSetup> find_engine(const Invocation& invocation) {
  EngineSetup setup{handler_program_path(given_path(invocation, "handler-program")),
                    engine_library_path(given_path(invocation, "engine-library"))};
  if (::access(setup.handler.c_str(), X_OK) != 0)
    return missing("the program that runs models", setup.handler,
                   "ninja -C build/release glowplug-handler, or --handler-program PROGRAM");
  if (::access(setup.library.c_str(), R_OK) != 0)
    return missing("ONNX Runtime's library", setup.library,
                   "scripts/setup.sh installs it; or --engine-library FILE");
  return setup;
}

Result<bundle::PreparedTarget> target_of(const EngineSetup& setup,
                                         const std::filesystem::path& cache) {
  bundle::PreparedTarget target;
  GLOWPLUG_ASSIGN(target.library_sha256, bundle::library_sha256(setup.library, cache));
  target.cpu_level = cpu_level(detect_cpu());
  return target;
}

Result<std::unique_ptr<RunnerFactory>> make_runners(const EngineSetup& setup,
                                                    std::string_view function, Duration timeout) {
  return make_runners(setup, function, RunnerSettings{timeout, timeout, {}});
}

Result<std::unique_ptr<RunnerFactory>> make_runners(const EngineSetup& setup,
                                                    std::string_view function,
                                                    RunnerSettings settings) {
  instances::RunnerOptions options;
  options.load_timeout = settings.load_timeout;
  options.run_timeout = settings.run_timeout;
  options.environment = std::move(settings.environment);
  options.handler_program = setup.handler;
  options.engine_library = setup.library;
  instances::UserRange users;
  if (users.usable()) {
    GLOWPLUG_ASSIGN(options.run_as, users.user_for(function));
  }
  return instances::make_child_runner_factory(std::move(options));
}

}  // namespace glowplug::cli
