#pragma once
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "front/oip/repository_codec.h"

namespace glowplug::front {

/// What the front asks about functions that could be served. On the loop's thread; each `done` is
/// called once, there, perhaps inside the call.
class Repository {
 public:
  virtual ~Repository() = default;
  virtual void index(std::function<void(Result<std::vector<oip::ModelIndex>>)> done) = 0;
  /// Serves the function, or the newest state of one that is served already. Errors: not_found,
  /// unimplemented (a fixed set of functions), and why it does not load.
  virtual void load(const std::string& name, std::function<void(Result<void>)> done) = 0;
  /// Stops serving it; requests under way are finished. Errors: not_found, unimplemented.
  virtual void unload(const std::string& name, std::function<void(Result<void>)> done) = 0;
};

}  // namespace glowplug::front
