#pragma once
#include <cstddef>
#include <span>

#include "instances/ring/ring.h"

namespace glowplug::instances {

/// A reply as read, and how many bytes of its slot it took.
struct ReadReply {
  RingReply reply;
  std::size_t used_bytes = 0;
};

/// Copies a reply out of its slot and checks it. The slot's bytes may change while this reads them.
/// `reply_bytes`: the most that the tensors may have together. Errors: internal: which rule of the
/// ring was broken.
[[nodiscard]] Result<ReadReply> read_reply(std::span<const std::byte> slot, std::size_t reply_bytes,
                                           const GatewayRing::Expected& expected);

}  // namespace glowplug::instances
