#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>

#include "runtime/process_title.h"
#include "runtime/sandbox.h"
#include "runtime/serve_ring.h"

namespace glowplug::runtime {

/// What a forked child of the template needs to be an instance. Everything stays the template's.
struct InstancePlace {
  Sessions sessions;
  engine::Engine& engine;  ///< theirs
  const Sandbox& sandbox;
  const ProcessTitle& title;
  std::string function;
  int memory = -1;            ///< the slot's ring
  int own_doorbell = -1;      ///< listening end
  int gateway_doorbell = -1;  ///< ringing end
  int dev_null = -1;          ///< becomes 0, 1 and 2
  pid_t parent = 0;           ///< the template
  /// Of code of the user's own only.
  int output = -1;                     ///< becomes 1 and 2 in place of dev_null
  std::filesystem::path scratch = {};  ///< its folder, made here
};

/// Turns the child, right after the fork, into an instance and serves its ring until it is told to
/// leave. Exit codes: 0 left, 1 its ring or sandbox could not be had.
[[noreturn]] void run_instance(const InstancePlace& place);

}  // namespace glowplug::runtime
