#pragma once
#include <memory>

#include "engine/engine.h"

namespace glowplug::runtime::testing {

/// What a run of the probe engine tries; input `command` INT64[1], output `found` INT64[1].
enum class Probe : std::int64_t {
  echo = 0,             ///< gives 42
  open_file,            ///< gives the descriptor or -errno
  open_socket,          ///< the same
  fork_process,         ///< gives the child's number or -errno
  executable_memory,    ///< gives 1 if it could be mapped
  count_descriptors,    ///< gives how many are open below 1024
  user,                 ///< gives the user's number
  abort,                ///< ends by SIGABRT
  fail,                 ///< an error "probe failed as asked"
  hang,                 ///< never returns
  clear_doorbell_flags  ///< fcntl on a doorbell; gives its result
};

/// An engine for tests of the sandbox. Its models are files of text: "probe" opens; "broken" does
/// not; "threads" opens and starts a thread; "prepared" opens only as a prepared form; "curious"
/// opens only if files of the bundle can be read and none can be written or read elsewhere.
[[nodiscard]] std::unique_ptr<engine::Engine> make_probe_engine();

}  // namespace glowplug::runtime::testing
