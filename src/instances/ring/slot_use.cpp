#include "instances/ring/slot_use.h"

#include <algorithm>

#include "instances/ring/ring_layout.h"

namespace glowplug::instances {

void SlotUse::holds(const RingMemory& memory, std::size_t start, std::size_t used) {
  if (touched_ > kKeptBytes && used < touched_ / 4) {
    const std::size_t kept = align_up(std::max(used, kKeptBytes), kPage);
    memory.give_back(start + kept, start + align_up(touched_, kPage));
    touched_ = kept;
  }
  touched_ = std::max(touched_, used);
}

void SlotUse::rest(const RingMemory& memory, std::size_t start) {
  constexpr std::size_t kWorthTheCall = std::size_t{64} << 10;
  if (touched_ <= kWorthTheCall) return;
  memory.give_back(start, start + align_up(touched_, kPage));
  touched_ = 0;
}

std::size_t SlotChoice::take(std::uint64_t batch) {
  std::size_t slot = 0;
  while (taken_.at(slot)) ++slot;
  taken_[slot] = true;
  slots_[batch % kRingSlots] = slot;
  in_first_ = slot == 0 ? in_first_ + 1 : 0;
  return slot;
}

bool SlotChoice::others_may_rest() {
  if (in_first_ < kRestBatches) return false;
  for (std::size_t slot = 1; slot < kRingSlots; ++slot) {
    if (taken_.at(slot)) return false;
  }
  in_first_ = 0;
  return true;
}

}  // namespace glowplug::instances
