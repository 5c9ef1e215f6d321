#pragma once
#include <functional>
#include <memory>
#include <utility>

#include "base/loop.h"

namespace glowplug::front::http::testing {

/// A loop of one timer, whose clock the test moves.
class OneTimerLoop : public Loop {
 public:
  [[nodiscard]] Time now() const override { return now_; }
  [[nodiscard]] Handle watch_readable(int, std::function<void()>) override { return nullptr; }
  [[nodiscard]] Handle at(Time when, std::function<void()> expired) override {
    when_ = when;
    expired_ = std::move(expired);
    ++timers_made;
    return std::make_unique<Registration>();
  }
  void post(std::function<void()>) override {}
  void advance(Duration by) {
    now_ += by;
    while (expired_ && when_ <= now_) std::exchange(expired_, nullptr)();
  }

  int timers_made = 0;

 private:
  Time now_ = Time{} + seconds(100);
  Time when_;
  std::function<void()> expired_;
};

}  // namespace glowplug::front::http::testing
