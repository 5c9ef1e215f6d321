#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace glowplug::instances {

/// The life of what serves one slot of a pool.
///
///   absent ──▶ starting ──▶ parked ─┬▶ busy ◀──▶ idle
///     ▲            │  └─────────────┘   │          │
///     │            ▼                    ▼          ▼
///     └───────── gone ◀───────────── leaving ◀─────┘        (each living state may become gone)
enum class InstanceState : std::uint8_t {
  absent,    ///< no process; the ring is empty
  starting,  ///< asked for, perhaps waiting for a template; its first batch may lie in the ring
  parked,    ///< lives, has not worked yet
  idle,      ///< lives, has worked, has nothing to do
  busy,      ///< has batches in flight
  leaving,   ///< told to leave, or killed; still there
  gone,      ///< has ended; the template has not reported how yet
};
inline constexpr std::size_t kInstanceStateCount = 7;
[[nodiscard]] std::string_view name_of(InstanceState state);

struct InstanceMove {
  InstanceState from;
  InstanceState to;
};
inline constexpr std::array kInstanceMoves = {
    InstanceMove{InstanceState::absent, InstanceState::starting},
    InstanceMove{InstanceState::starting, InstanceState::parked},
    InstanceMove{InstanceState::starting, InstanceState::idle},  // answered before "forked" came
    InstanceMove{InstanceState::starting, InstanceState::busy},
    InstanceMove{InstanceState::starting, InstanceState::absent},  // could not be forked
    InstanceMove{InstanceState::starting, InstanceState::leaving},
    InstanceMove{InstanceState::starting, InstanceState::gone},
    InstanceMove{InstanceState::parked, InstanceState::busy},
    InstanceMove{InstanceState::parked, InstanceState::leaving},
    InstanceMove{InstanceState::parked, InstanceState::gone},
    InstanceMove{InstanceState::idle, InstanceState::busy},
    InstanceMove{InstanceState::idle, InstanceState::leaving},
    InstanceMove{InstanceState::idle, InstanceState::gone},
    InstanceMove{InstanceState::busy, InstanceState::idle},
    InstanceMove{InstanceState::busy, InstanceState::leaving},
    InstanceMove{InstanceState::busy, InstanceState::gone},
    InstanceMove{InstanceState::leaving, InstanceState::gone},
    InstanceMove{InstanceState::gone, InstanceState::absent},
};

[[nodiscard]] constexpr bool may_move(InstanceState from, InstanceState to) {
  for (const InstanceMove& move : kInstanceMoves) {
    if (move.from == from && move.to == to) return true;
  }
  return false;
}
// A ring is used again only after its process is known to be gone.
static_assert(!may_move(InstanceState::leaving, InstanceState::absent));
static_assert(!may_move(InstanceState::busy, InstanceState::absent));
static_assert(!may_move(InstanceState::leaving, InstanceState::busy));

}  // namespace glowplug::instances
