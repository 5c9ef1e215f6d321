#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/log.h"
#include "base/time.h"
#include "instances/ring/ring.h"
#include "model/runner.h"

namespace glowplug::instances {

struct RunnerOptions {
  std::filesystem::path handler_program;
  std::filesystem::path engine_library;
  RingSizes ring;
  Duration load_timeout = seconds(300);  ///< opening, or preparing, a model
  Duration run_timeout = seconds(60);    ///< one run
  std::uint64_t memory_bytes = 0;        ///< RLIMIT_DATA of the child; 0: no limit
  std::uint32_t run_as = 0;              ///< user to become when started as root; 0: stay
  bool sandbox = true;
  int threads = 1;
  std::map<std::string, std::string> environment;  ///< of code; nothing else is in it
};

/// Runs models in child processes: a template and one instance for each opened model, ended when
/// its Runner is destroyed. The thread that opens must outlive the Runner: the child dies with it.
[[nodiscard]] std::unique_ptr<RunnerFactory> make_child_runner_factory(RunnerOptions options);

}  // namespace glowplug::instances
