#pragma once
#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "instances/ring/ring.h"

/// How a ring lies in its memory. Internal to instances/ring/; both programs are of one build, so
/// there is no version to carry.
///
///   page 0            RingWords: sizes, and what each side publishes to the other
///   request slot 0, 1 RequestHead, TensorHead[inputs], uint32[wanted], tensors
///   reply slot 0, 1   ReplyHead, then TensorHead[outputs], tensors; or the error's text
///
/// A batch lies in the lowest slot that is free when it is put, and its reply in the same one of
/// the other direction: who is asked for one batch at a time touches the pages of one slot. The
/// gateway says which it is (`slots`, batch n from 0, counted anew after each reset, at n mod 2)
/// and goes by its own copy. Within a slot, tensors follow the heads in order, each at the next
/// multiple of 64 bytes from the slot's start, so no offset is ever stored and none can be wrong.
namespace glowplug::instances {

inline constexpr std::size_t kTensorAlignment = 64;
inline constexpr std::size_t kPage = 4096;
inline constexpr std::uint64_t kRingMagic = 0x676e69726d6f6c67;

/// Each side's words share no cache line with the other's.
struct RingWords {
  std::uint64_t magic;
  std::uint64_t request_bytes;
  std::uint64_t reply_bytes;
  alignas(64) std::atomic<std::uint64_t> requests_published;  ///< written by the gateway
  std::atomic<std::uint32_t> gateway_sleeping;
  std::array<std::atomic<std::uint32_t>, kRingSlots> slots;  ///< written before it is published
  alignas(64) std::atomic<std::uint64_t> replies_published;  ///< written by the instance
  std::atomic<std::uint64_t> requests_begun;
  std::atomic<std::uint32_t> instance_sleeping;
  std::atomic<std::int64_t> born_ns;        ///< of the monotonic clock; 0: not yet
  std::atomic<std::int64_t> took_first_ns;  ///< likewise
};
static_assert(sizeof(RingWords) <= kPage);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

struct TensorHead {
  std::uint32_t present;  ///< 0 or 1
  std::uint32_t datatype;
  std::uint32_t rank;
  std::uint32_t unused;
  std::uint64_t size_bytes;
  std::array<std::int64_t, kMostDimensions> shape;
};

struct RequestHead {
  std::uint64_t sequence;
  std::uint32_t operation;
  std::uint32_t rows;
  std::uint32_t inputs;
  std::uint32_t wanted;
};

struct ReplyHead {
  std::uint64_t sequence;
  std::uint32_t failed;  ///< 0: outputs follow; 1: `error_bytes` of text follow
  std::uint32_t code;    ///< of an error, as base/result.h numbers them
  std::uint32_t outputs;
  std::uint32_t error_bytes;
  std::int64_t input_ns, run_ns, output_ns;
};
static_assert(std::is_trivially_copyable_v<TensorHead> &&
              std::is_trivially_copyable_v<RequestHead> && std::is_trivially_copyable_v<ReplyHead>);

[[nodiscard]] constexpr std::size_t align_up(std::size_t value, std::size_t to) {
  return (value + to - 1) / to * to;
}

/// Bytes of a slot that may hold `tensor_bytes`: room for the most heads and for the alignment of
/// each tensor, in whole pages.
[[nodiscard]] constexpr std::size_t slot_bytes(std::size_t tensor_bytes) {
  const std::size_t heads = std::max(sizeof(RequestHead), sizeof(ReplyHead)) +
                            kMostTensors * (sizeof(TensorHead) + sizeof(std::uint32_t));
  static_assert(sizeof(ReplyHead) + kMostErrorBytes < kMostTensors * sizeof(TensorHead));
  return align_up(heads + kMostTensors * kTensorAlignment + tensor_bytes, kPage);
}

/// Where the parts lie.
struct RingLayout {
  explicit RingLayout(const RingSizes& sizes)
      : request_slot_bytes(slot_bytes(sizes.request_bytes)),
        reply_slot_bytes(slot_bytes(sizes.reply_bytes)) {}
  [[nodiscard]] std::size_t request_slot(std::size_t slot) const {
    return kPage + slot * request_slot_bytes;
  }
  [[nodiscard]] std::size_t reply_slot(std::size_t slot) const {
    return kPage + kRingSlots * request_slot_bytes + slot * reply_slot_bytes;
  }
  [[nodiscard]] std::size_t total_bytes() const {
    return kPage + kRingSlots * (request_slot_bytes + reply_slot_bytes);
  }
  std::size_t request_slot_bytes;
  std::size_t reply_slot_bytes;
};

/// What an engine may say of a run; any other code would be an instance speaking for the gateway.
[[nodiscard]] constexpr bool may_be_told(Code code) {
  return code == Code::invalid_argument || code == Code::too_large || code == Code::exhausted ||
         code == Code::internal || code == Code::unimplemented;
}

/// Walks a slot: hands out the next `size` bytes at the alignment asked for. Whoever walks has
/// checked that all of it fits.
class SlotCursor {
 public:
  explicit SlotCursor(std::byte* start) : start_(start) {}
  [[nodiscard]] std::byte* take(std::size_t size, std::size_t alignment = 8) {
    used_ = align_up(used_, alignment);
    return start_ + std::exchange(used_, used_ + size);
  }
  [[nodiscard]] std::size_t used() const { return used_; }

 private:
  std::byte* start_;
  std::size_t used_ = 0;
};

}  // namespace glowplug::instances
