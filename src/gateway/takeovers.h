#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/loop.h"
#include "base/result.h"
#include "front/served_function.h"
#include "gateway/function_backend.h"
#include "gateway/function_source.h"

namespace glowplug::gateway {

/// A function version on its way into the front.
struct Arrival {
  Wanted wanted;
  front::FunctionDescription description;
  std::string form;  ///< "native", "prepared" or "portable"
  std::unique_ptr<FunctionBackend> backend;
};

/// Versions whose templates are being started before they take over a name, so that no request
/// waits for them and a model that its engine refuses replaces nothing. On the loop's thread.
class Takeovers {
 public:
  /// `outcome`: the template is ready, or why there is none.
  using Arrived = std::function<void(Arrival, Result<void> outcome)>;

  explicit Takeovers(Loop& loop) : loop_(loop) {}

  /// Starts the template and calls `arrived` once, later. Another arrival under the same name is
  /// given up: its callback hears `cancelled`.
  void begin(Arrival arrival, Arrived arrived);
  /// Whether exactly this is on its way.
  [[nodiscard]] bool expects(const Wanted& wanted) const;
  /// Gives up what is on its way under a name.
  void cancel(const std::string& name);

 private:
  struct Waiting {
    Arrival arrival;
    Arrived arrived;
    std::uint64_t failures = 0;
  };
  void look(const std::weak_ptr<Waiting>& waiting);
  void finish(const std::string& name, Result<void> outcome);

  Loop& loop_;
  std::map<std::string, std::shared_ptr<Waiting>> waiting_;  // shared so that others can be weak
};

}  // namespace glowplug::gateway
