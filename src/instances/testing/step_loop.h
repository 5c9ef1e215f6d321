#pragma once
#include <poll.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "base/mutex.h"

namespace glowplug::instances::testing {

/// A loop for tests with real processes: it watches real descriptors, and a test can move its clock
/// forward.
class StepLoop : public Loop {
 public:
  [[nodiscard]] Time now() const override { return Clock::now() + ahead_; }
  [[nodiscard]] Handle watch_readable(int fd, std::function<void()> ready) override {
    auto watch = std::make_unique<Entry>(*this, next_++);
    watches_.emplace(watch->number, std::pair(fd, std::move(ready)));
    return watch;
  }
  [[nodiscard]] Handle at(Time when, std::function<void()> expired) override {
    auto timer = std::make_unique<Entry>(*this, next_++);
    timers_.emplace(timer->number, std::pair(when, std::move(expired)));
    return timer;
  }
  void post(std::function<void()> task) override {
    const MutexLock lock(mutex_);
    tasks_.push_back(std::move(task));
  }

  void advance(Duration by) { ahead_ += by; }
  /// Handles what is there; waits a little if that is nothing.
  void step() {
    run_tasks();
    run_timers();
    run_watches();
  }
  /// Steps until the condition holds; false if it does not within a minute of real time.
  [[nodiscard]] bool run_until(const std::function<bool()>& holds) {
    const Time limit = Clock::now() + seconds(60);
    while (!holds()) {
      if (Clock::now() > limit) return false;
      step();
    }
    return true;
  }

 private:
  struct Entry : Registration {
    Entry(StepLoop& owner, std::uint64_t id) : loop(owner), number(id) {}
    ~Entry() override {
      loop.watches_.erase(number);
      loop.timers_.erase(number);
    }
    StepLoop& loop;
    std::uint64_t number;
  };

  void run_tasks() {
    std::deque<std::function<void()>> tasks;
    {
      const MutexLock lock(mutex_);
      tasks.swap(tasks_);
    }
    for (const auto& task : tasks) task();
  }
  void run_timers() {
    std::vector<std::uint64_t> due;
    for (const auto& [number, timer] : timers_) {
      if (timer.first <= now()) due.push_back(number);
    }
    for (const std::uint64_t number : due) {
      const auto found = timers_.find(number);
      if (found == timers_.end()) continue;
      const auto expired = std::move(found->second.second);
      timers_.erase(found);
      expired();
    }
  }
  void run_watches() {
    std::vector<pollfd> polled;
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, watch] : watches_) {
      polled.push_back({watch.first, POLLIN, 0});
      numbers.push_back(number);
    }
    if (::poll(polled.data(), polled.size(), 1) <= 0) return;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0) continue;
      const auto found = watches_.find(numbers[i]);
      if (found == watches_.end()) continue;
      const auto ready = found->second.second;
      ready();
    }
  }

  Duration ahead_{0};
  std::uint64_t next_ = 1;
  std::map<std::uint64_t, std::pair<int, std::function<void()>>> watches_;
  std::map<std::uint64_t, std::pair<Time, std::function<void()>>> timers_;
  Mutex mutex_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
};

}  // namespace glowplug::instances::testing
