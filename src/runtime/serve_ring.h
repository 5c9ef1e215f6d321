#pragma once
#include "engine/engine.h"
#include "instances/ring/ring.h"

namespace glowplug::runtime {

/// Answers the requests of a ring with a session until one says leave: outputs go straight into the
/// reply slot, errors become the reply.
void serve_ring(instances::InstanceRing& ring, engine::Session& session);

}  // namespace glowplug::runtime
