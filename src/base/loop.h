#pragma once
#include <cstdint>
#include <functional>
#include <memory>

#include "base/time.h"

namespace glowplug {

/// The event loop as parts below the front see it. front/http/epoll_loop.h implements it; tests
/// drive one by hand. Single-threaded: every call but `post` on the loop's own thread; callbacks
/// run there too and must not block.
class Loop {
 public:
  /// Ends the watch or timer when destroyed, also from inside its own callback. Must not outlive
  /// the loop.
  class Registration {
   public:
    virtual ~Registration() = default;
  };
  using Handle = std::unique_ptr<Registration>;

  virtual ~Loop() = default;
  [[nodiscard]] virtual Time now() const = 0;
  /// Calls `ready` each time `fd` is readable (or hung up) until the handle is destroyed. `fd`
  /// stays the caller's and must stay open as long as the handle lives. `ready` must read until
  /// EAGAIN: the watch may be edge-triggered.
  [[nodiscard]] virtual Handle watch_readable(int fd, std::function<void()> ready) = 0;
  /// Calls `expired` once at `when` or soon after.
  [[nodiscard]] virtual Handle at(Time when, std::function<void()> expired) = 0;
  /// Runs `task` on the loop's thread soon. The only call that other threads may make.
  virtual void post(std::function<void()> task) = 0;
};

}  // namespace glowplug
