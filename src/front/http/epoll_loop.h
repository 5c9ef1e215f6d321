#pragma once
#include <functional>
#include <memory>

#include "base/cpu_quota.h"
#include "base/loop.h"

namespace glowplug::front::http {

/// What a watched socket tells. Called on the loop's thread.
class SocketEvents {
 public:
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;

 protected:
  ~SocketEvents() = default;
};

/// Watches one socket until it is destroyed; that may happen inside an event. Must not outlive the
/// loop.
class SocketWatch {
 public:
  virtual ~SocketWatch() = default;
  /// One on_readable() when there is something to read (or the peer hung up), perhaps at once from
  /// the loop. Asking again before that changes nothing.
  virtual void want_read() = 0;
  virtual void want_write() = 0;
};

/// The event loop of the process, over epoll (level-triggered). What a socket wants is told to the
/// kernel only where it differs from what the kernel was told before: a connection that is asked,
/// answers and is asked again costs no system call but its reads and writes.
class EpollLoop : public Loop {
 public:
  EpollLoop();
  ~EpollLoop() override;
  EpollLoop(const EpollLoop&) = delete;
  EpollLoop& operator=(const EpollLoop&) = delete;

  [[nodiscard]] Time now() const override { return Clock::now(); }
  /// An fd can be watched once at a time. nullptr if the kernel refuses (no memory, or not a
  /// pollable file).
  [[nodiscard]] Handle watch_readable(int fd, std::function<void()> ready) override;
  [[nodiscard]] Handle at(Time when, std::function<void()> expired) override;
  void post(std::function<void()> task) override;
  /// `fd` must be non-blocking, stays the caller's and open while the watch lives; `events` too.
  /// nullptr as for watch_readable.
  [[nodiscard]] std::unique_ptr<SocketWatch> watch_socket(int fd, SocketEvents& events);

  /// Runs until stop(). A pass handles what is ready, a few dozen sockets at most; after each one
  /// `after_each_pass` is called, which is where batches are made.
  void run(const std::function<void()>& after_each_pass = {});
  /// Where requests come quickly the thread looks for the next one for some microseconds before it
  /// sleeps (busy_poll.h), if `may_look`, which is asked once, when looking would first help.
  void look_before_sleep(std::function<bool()> may_look = has_whole_cpu);
  /// Makes run() return after the event under way; from any thread. Without a run() under way the
  /// next one returns at once.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace glowplug::front::http
