#pragma once
#include <filesystem>
#include <memory>

#include "base/log.h"
#include "bundle/bundle.h"
#include "engine/engine.h"
#include "handler/assets.h"
#include "handler/table.h"
#include "runtime/open_engine.h"

namespace glowplug::runtime {

/// A bundle opened and loaded in this process.
struct ContainerModel {
  bundle::Bundle bundle;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<engine::Session> session;  // after the engine: goes first
  std::unique_ptr<handler::Assets> assets{};
  std::unique_ptr<engine::Session> events{};      ///< of the bundle's handler; null without one
  bool runs_code = false;                         ///< then `session` answers events itself
  std::shared_ptr<const handler::Table> table{};  ///< null where `events` answers

  [[nodiscard]] engine::Session* event_session() const {
    return runs_code ? session.get() : events.get();
  }
};

struct EngineChoice {
  /// "native", or the engine of the manifest; empty: native if the bundle holds a plan that the
  /// engine takes, else that of the manifest.
  std::string engine;
  std::filesystem::path library;  ///< empty: where it is installed; not looked at for native
};

/// Checks the hashes of the form that it loads and the sizes of the bundle's other files, loads it
/// into the engine, saying in the log which form serves and why. The first request is its first
/// run: a run before it would only put off the answer. An engine other
/// than native loads the prepared form if there is one for exactly this CPU and library, else the
/// portable one. Errors: those of Bundle::open and of the engine; failed_precondition (native was
/// asked for, but the model is not compiled, with the reason).
[[nodiscard]] Result<ContainerModel> load_container_model(const std::filesystem::path& folder,
                                                          const EngineChoice& choice,
                                                          const OpenEngine& open, Log& log);

}  // namespace glowplug::runtime
