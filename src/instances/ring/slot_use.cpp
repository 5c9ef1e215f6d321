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

}  // namespace glowplug::instances
