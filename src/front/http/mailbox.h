#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "base/fd.h"

namespace glowplug::front::http {

/// Tasks for the thread of a loop, from any thread, and what wakes it for them.
class Mailbox {
 public:
  Mailbox();

  /// Becomes readable when the reader has to be woken.
  [[nodiscard]] int fd() const { return wake_.get(); }
  void post(std::function<void()> task);
  /// Makes fd() readable, unless the reader itself calls: it looks before it waits.
  void wake();

  /// Of the reading thread: who it is (none: nobody reads now), to be called when fd() is readable,
  /// and the oldest task, or an empty one.
  void read_by(std::thread::id reader) { reader_.store(reader, std::memory_order_relaxed); }
  void awake();
  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] std::function<void()> take();

 private:
  UniqueFd wake_;
  mutable std::mutex mutex_;
  std::deque<std::function<void()>> tasks_;
  std::atomic<bool> woken_ = false;
  std::atomic<std::thread::id> reader_;
};

}  // namespace glowplug::front::http
