#pragma once
#include <array>
#include <cstddef>
#include <cstdint>

#include "instances/ring/ring.h"
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
  /// Gives the whole slot back if its memory is worth the call.
  void rest(const RingMemory& memory, std::size_t start);
  /// The slot was given back as a whole.
  void forget() { touched_ = 0; }

 private:
  std::size_t touched_ = 0;
};

/// Which slot each batch in flight lies in: the lowest that was free. At most kRingSlots at once.
class SlotChoice {
 public:
  /// So many batches in a row without a second one in flight, and the second slot may rest: at 100
  /// batches a second some ten seconds. Its pages cost a fault each when it is used again.
  static constexpr std::uint32_t kRestBatches = 1024;

  /// For batch number `batch`, the next in order. Precondition: one is free.
  std::size_t take(std::uint64_t batch);
  [[nodiscard]] std::size_t of(std::uint64_t batch) const { return slots_[batch % kRingSlots]; }
  /// The oldest batch was answered.
  void give(std::uint64_t batch) { taken_[of(batch)] = false; }
  /// Whether all slots but the first have been of no use for kRestBatches; true once, then again
  /// after as many.
  [[nodiscard]] bool others_may_rest();
  void forget() { *this = SlotChoice(); }

 private:
  std::array<std::size_t, kRingSlots> slots_{};
  std::array<bool, kRingSlots> taken_{};
  std::uint32_t in_first_ = 0;  // batches in a row
};

}  // namespace glowplug::instances
