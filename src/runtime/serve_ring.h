#pragma once
#include "engine/engine.h"
#include "instances/ring/ring.h"

namespace glowplug::runtime {

/// What an instance answers with.
struct Sessions {
  engine::Session& model;
  engine::Session* events = nullptr;  ///< of the function's handler; null: it has none
};

/// Answers the requests of a ring until one says leave: outputs go straight into the reply slot,
/// errors become the reply.
void serve_ring(instances::InstanceRing& ring, const Sessions& sessions);

}  // namespace glowplug::runtime
