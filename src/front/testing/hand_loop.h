#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "base/loop.h"

namespace glowplug::front::testing {

/// A loop whose clock a test moves by hand. Descriptors cannot be watched.
class HandLoop : public Loop {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] Handle watch_readable(int, std::function<void()>) override { return nullptr; }
  [[nodiscard]] Handle at(Time when, std::function<void()> expired) override {
    auto timer = std::make_unique<Timer>(*this, next_++);
    timers_.emplace(timer->number, std::pair(when, std::move(expired)));
    return timer;
  }
  void post(std::function<void()> task) override { tasks_.push_back(std::move(task)); }

  /// Runs what was posted, also what that posts.
  void run_posted() {
    while (!tasks_.empty()) {
      const auto task = std::move(tasks_.front());
      tasks_.pop_front();
      task();
    }
  }
  /// Moves the clock while the loop's thread is busy: no timer fires before the next `advance`.
  void block(Duration by) { now_ += by; }
  /// Moves the clock and fires the timers that are due.
  void advance(Duration by) {
    now_ += by;
    for (bool fired = true; fired;) {
      fired = false;
      for (auto& [number, timer] : timers_) {
        if (timer.first > now_) continue;
        const auto expired = std::move(timer.second);
        timers_.erase(number);
        expired();
        fired = true;
        break;
      }
    }
  }

 private:
  struct Timer : Registration {
    Timer(HandLoop& owner, std::uint64_t id) : loop(owner), number(id) {}
    ~Timer() override { loop.timers_.erase(number); }
    HandLoop& loop;
    std::uint64_t number;
  };
  Time now_ = Time{} + seconds(1000);
  std::map<std::uint64_t, std::pair<Time, std::function<void()>>> timers_;
  std::deque<std::function<void()>> tasks_;
  std::uint64_t next_ = 1;
};

}  // namespace glowplug::front::testing
