#pragma once
#include "front/backend.h"
#include "instances/observation.h"

namespace glowplug::gateway {

/// A back end as the gateway looks after it. On the loop's thread.
class FunctionBackend : public front::Backend {
 public:
  /// Gets ready for requests now, if that takes time.
  virtual void warm() = 0;
  /// `template_ready` also where no template is needed.
  [[nodiscard]] virtual instances::PoolSnapshot snapshot() const = 0;
  /// Has the keeper read the memory of its processes.
  virtual void refresh_memory() = 0;
};

}  // namespace glowplug::gateway
