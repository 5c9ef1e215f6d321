#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <span>
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

/// What a child that is forked ahead does besides.
struct AheadPlace {
  int word = -1;  ///< its end of a SEQPACKET socket pair with the template
  /// Inputs of a run whose outputs are dropped, so that its pages are the child's own; empty: none.
  std::span<const std::optional<Tensor>> rehearsal = {};
  std::uint64_t most_stock_bytes = 0;  ///< as LoadedTemplate has it
};
/// What the template says over the socket, and the child's one word when it is ready; a byte each.
enum class AheadWord : char {
  ready = 'r',
  give_memory_back = 'm',  ///< nothing was asked for long
  serve = 's',
};

/// Turns the child, right after the fork, into an instance and serves its ring until it is told to
/// leave. Exit codes: 0 left, 1 its ring or sandbox could not be had.
[[noreturn]] void run_instance(const InstancePlace& place);
/// The same for a child that nobody has asked for yet: does all that an instance does before its
/// first request, in the sandbox and with the slot's ring mapped and untouched, says `ready` and
/// sleeps until it is told to serve. Leaves when the template's end is closed.
[[noreturn]] void run_ahead(const InstancePlace& place, const AheadPlace& ahead);

}  // namespace glowplug::runtime
