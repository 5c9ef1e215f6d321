#pragma once
#include <cstdint>

#include "engine/engine.h"

namespace glowplug::runtime {

/// How long a template with nothing to do waits before it does what its next child will need, and
/// how long before it gives memory back that nobody asked for; in ms as poll(2) has it.
inline constexpr int kQuietMs = 20;
inline constexpr int kLongMs = 60'000;

/// Memory that the next child will need, fetched when nothing was asked for a while and given back
/// when nothing was asked for long.
class Stock {
 public:
  Stock(engine::Engine& engine, std::uint64_t most_bytes)
      : engine_(engine),
        most_bytes_(most_bytes),
        state_(most_bytes == 0 ? State::off : State::low) {}

  /// How long to wait for messages before `nothing_asked`; -1: for ever.
  [[nodiscard]] int patience_ms() const {
    if (state_ == State::low) return kQuietMs;
    return state_ == State::full ? kLongMs : -1;
  }
  void nothing_asked() {
    if (state_ == State::low) {
      engine_.stock_up(most_bytes_);
      state_ = State::full;
    } else {
      engine_.give_stock();
      state_ = State::off;
    }
  }
  /// A child was forked, whose it is now; the next one will need some, too.
  void gone() {
    leave_to_child();
    if (most_bytes_ > 0) state_ = State::low;
  }
  /// A child was forked ahead, whose it is now; none is needed while that one waits.
  void leave_to_child() {
    if (state_ == State::full) engine_.give_stock();
    state_ = State::off;
  }

 private:
  enum class State : std::uint8_t { off, low, full };
  engine::Engine& engine_;
  std::uint64_t most_bytes_;
  State state_;
};

}  // namespace glowplug::runtime
