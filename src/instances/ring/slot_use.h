#pragma once
#include <cstddef>

#include "instances/ring/ring_memory.h"

namespace glowplug::instances {

/// How much of one slot has been touched, so that a single large batch does not hold its memory
/// for as long as its instance lives: what lies beyond kKeptBytes goes back to the system when a
/// batch needs less than a quarter of what the slot holds. A steady stream of large batches keeps
/// its pages and pays no page faults.
class SlotUse {
 public:
  static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

  /// The slot at `start` holds, or is about to hold, `used` bytes; nothing beyond is needed.
  void holds(const RingMemory& memory, std::size_t start, std::size_t used);
  /// The slot was given back as a whole.
  void forget() { touched_ = 0; }

 private:
  std::size_t touched_ = 0;
};

}  // namespace glowplug::instances
