#pragma once
#include <filesystem>
#include <memory>

#include "base/log.h"
#include "bundle/bundle.h"
#include "engine/engine.h"
#include "runtime/open_engine.h"

namespace glowplug::runtime {

/// A bundle opened and loaded in this process.
struct ContainerModel {
  bundle::Bundle bundle;
  std::unique_ptr<engine::Engine> engine;
  std::unique_ptr<engine::Session> session;  // after the engine: goes first
};

/// Checks the bundle's files by hash, loads its prepared form if there is one for exactly this CPU
/// and library and else the portable one, saying why in the log, and runs it once. `library`:
/// empty: where it is installed. Errors: those of Bundle::open and of the engine.
[[nodiscard]] Result<ContainerModel> load_container_model(const std::filesystem::path& folder,
                                                          const std::filesystem::path& library,
                                                          const OpenEngine& open, Log& log);

}  // namespace glowplug::runtime
