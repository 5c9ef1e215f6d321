#pragma once
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/fd.h"
#include "base/log.h"
#include "engine/engine.h"
#include "handler/assets.h"
#include "handler/media_input.h"
#include "instances/ring/template_spec.h"
#include "runtime/open_engine.h"
#include "runtime/sandbox.h"
#include "runtime/scratch_root.h"

namespace glowplug::runtime {

/// What a template holds when it is ready. Never destroyed: a forked child must not, and the
/// template itself leaves by _exit.
struct LoadedTemplate {
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<engine::Session> session;  ///< null after prepare_only
  handler::MakeMediaInput media;  ///< of the opened library; empty where no handler decodes
  std::unique_ptr<handler::Assets> assets;
  std::unique_ptr<engine::Session> events;  ///< null where the function has no handler
  Sandbox sandbox;                          ///< for the instances
  UniqueFd dev_null;                        ///< becomes 0, 1 and 2 of the instances
  /// Inputs that a child forked ahead runs once; empty: it does not.
  std::vector<std::optional<Tensor>> rehearsal;
  std::uint64_t most_stock_bytes = 0;  ///< Engine::stock_up; 0: never
  bool runs_code = false;              ///< of the user's own: what follows is for it
  UniqueFd function_log;               ///< becomes 1 and 2 of the instances
  ScratchRoot scratch;                 ///< holds one folder for each slot
  instances::TemplateReady ready;
};

/// Does what the start message says, for good for this process: opens the engine's library, that of
/// the codecs if its handler decodes, and the bundle's folder, gives up its rights (limits,
/// namespaces, user, files outside of the bundle), and only then lets the engine parse the model;
/// runs it once. `parent` must be this process's parent. Errors: why the model cannot be served,
/// with what to do in `fix`.
[[nodiscard]] Result<LoadedTemplate> load_template(const instances::TemplateSpec& spec,
                                                   const OpenEngine& open, pid_t parent, Log& log);

}  // namespace glowplug::runtime
